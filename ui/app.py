"""The page and its server. `serve` is all that the command line needs."""

from __future__ import annotations

import os

os.environ["HF_HUB_OFFLINE"] = "1"  # before gradio; not in ui/__init__.py, because models may be loaded until now
# Gradio would keep the last 10,000 events, and make a table of them after each, for a page that is turned off here.
os.environ.update(GRADIO_ANALYTICS_MAX_EVENTS="1", GRADIO_ANALYTICS_CACHE_FREQUENCY=str(10**9))

import errno
import signal
import socket
import threading
import time
import webbrowser
from collections.abc import Callable
from typing import Any

from ui.light_gradio import light

with light():  # before anything else imports it
    import gradio as gr
from starlette.middleware import Middleware

from rag.answering.assistant import Assistant
from rag.errors import SettingsError
from rag.serving.guard import Access, is_loopback
from rag.serving.running import Running
from rag.serving.site import Site, site
from rag.serving.watching import Watch
from rag.settings import Settings
from ui import api
from ui.access import check_host
from ui.chat_tab import ChatTab
from ui.check_tab import CheckTab
from ui.conversations import Conversations
from ui.evaluate_tab import EvaluateTab
from ui.front import Front
from ui.library_tab import LibraryTab
from ui.opening import Opening
from ui.parts import Parts
from ui.reading import ReadingTab
from ui.session_state import Page
from ui.settings_tab import SettingsTab
from ui.sidebar import Sidebar
from ui.theme import CSS, HEAD, theme

_MAX_CONCURRENT = 16  # events of a kind at the same time
_MAX_QUEUED = 64  # events that may wait; then the page says that it is busy
_THREADS = 80
_GRACE_SECONDS = 7  # seconds that answers have to end: containers are killed 10 seconds after SIGTERM
_FLUSH_SECONDS = 0.5  # seconds given to the server to send the ends of the last answers
_MAX_PORTS = 100  # ports tried from the one asked for
_MAX_UPLOAD = "200mb"  # file to add
_MAX_TABS = 1000  # open at once, whose state is kept: Gradio takes some 0.3 MB for each, and 10,000 unless told
_DAY = 86400


def build_app(
    assistant: Assistant,
    settings: Settings | None = None,
    running: Running | None = None,
    watch: Watch | None = None,
    own: bool = False,
) -> gr.Blocks:
    """The page for a library; `launch` it with `theme`, `css` and `head` of ui.theme, or let `serve` do so.

    `running` is given by who wants to bring its answers to an end, `watch` by who wants them counted. `own` lets
    whoever opens it change its model.
    """
    running = running or Running()
    watch = watch or Watch(running)
    home = settings.home if settings else assistant.library.home
    conversations = Conversations(home / "conversations.sqlite")
    with Page(title="askpapers", analytics_enabled=False, fill_width=True, delete_cache=(_DAY, _DAY)) as page:
        api.publish(assistant, running, watch)  # first, so that no event of the page takes its names
        parts = Parts()
        page.front = front = Front(assistant.library, lambda: settings_tab.given)  # `launch` shows it first
        with gr.Sidebar(width=270):
            parts.sidebar()
        with gr.Tabs():
            with gr.Tab("Chat", id="chat", elem_id="tab-chat"):
                parts.body()
            with gr.Tab("Check", id="check-tab"):
                CheckTab(assistant, running)
            with gr.Tab("Reading list", id="reading", elem_id="tab-reading"):
                ReadingTab(page, parts, assistant.library, conversations)
            with gr.Tab("Library", id="library", elem_id="tab-library"):
                library_tab = LibraryTab(assistant.library)
            with gr.Tab("Settings", id="settings", elem_id="tab-settings"):
                settings_tab = SettingsTab(assistant, own)
            with gr.Tab("Evaluate", id="evaluate"):
                evaluate_tab = EvaluateTab(settings_tab, home)
        library_tab.wire(page, parts)
        evaluate_tab.wire(page)
        settings_tab.wire(page)
        ChatTab(parts, settings_tab, assistant, conversations, running, watch)
        Sidebar(page, parts, settings_tab, conversations, front, running)
    page.queue(max_size=_MAX_QUEUED, default_concurrency_limit=_MAX_CONCURRENT)
    return page


def serve(
    assistant: Assistant,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    auth: Any = None,
    insecure: bool = False,
    open_browser: bool = False,
    token: str = "",
    mcp: bool = False,
    write: bool = False,
    on_ready: Callable[[str], None],
) -> None:
    """Serves the page until Ctrl-C or SIGTERM, on the next free port if `port` is taken.

    After SIGTERM answers being made have _GRACE_SECONDS to end; those that do not are stopped, and their pages say so.

    Beside the page other programs are served (`rag.serving`): with `token` only those that send it; and where `mcp` is
    set that protocol, whose clients may add papers with `write`. `on_ready` is told the address. `auth` is as gradio
    takes it: (user, password), a list of these, or a function.
    Raises SettingsError for an address that others can reach, without `auth` and without `insecure`.
    """
    check_host(host, auth is not None, insecure)
    free = _free_port(host, port)
    running = Running()
    watch = Watch(running)
    mask = os.umask(0o077)  # conversations, uploads and reports are for who serves the page, whatever writes them
    os.environ.setdefault("GRADIO_TEMP_DIR", str(assistant.library.home.absolute() / "uploads"))
    page = build_app(assistant, running=running, watch=watch, own=is_loopback(host) and auth is None)
    access = Access(host, token, auth is not None)
    launch(page, host, free, auth, site(assistant, running, access, watch, mcp=mcp, write=write))
    threading.Thread(target=page.front.prepare, name="front", daemon=True).start()
    address = f"http://{f'[{host}]' if ':' in host else host}:{free}/"
    on_ready(address)
    if open_browser:
        webbrowser.open(address)
    over = threading.Event()
    in_main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, lambda *_: over.set()) if in_main else None
    try:
        while not over.wait(1):  # in pieces: a bare wait is not interrupted everywhere
            pass
        running.finish(_GRACE_SECONDS)
        time.sleep(_FLUSH_SECONDS)
    except KeyboardInterrupt:
        pass
    finally:
        page.close(verbose=False)
        os.umask(mask)
        if before is not None:
            signal.signal(signal.SIGTERM, before)


def launch(page: gr.Blocks, host: str, port: int, auth: Any = None, beside: Site | None = None) -> None:
    """Starts the server in threads, with the routes of `beside` in front of the page's; `page.close()` ends it."""
    first = [] if auth else [Middleware(Opening, opening=page.front.opening)]  # what it says is for who may see it
    page.launch(
        server_name=host,
        server_port=port,
        auth=auth,
        theme=theme(),
        css=CSS,
        head=HEAD,
        max_threads=_THREADS,
        max_file_size=_MAX_UPLOAD,
        state_session_capacity=_MAX_TABS,
        prevent_thread_lock=True,
        quiet=True,
        share=False,
        show_error=False,
        ssr_mode=False,
        run_history=False,
        footer_links=["api"],
        enable_monitoring=False,
        pwa=False,
        app_kwargs={"middleware": first, **(beside.app_arguments if beside else {})},
    )


def _free_port(host: str, port: int) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, min(port + _MAX_PORTS, 65536)):
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, candidate))
            except OSError as error:
                if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                    raise SettingsError(f"cannot bind {host} (ASKPAPERS_HOST): {error.strerror}") from None
                continue
            return candidate
    raise SettingsError(f"no free port from {port} on (ASKPAPERS_PORT): choose another")
