"""How the page looks: a calm theme with system fonts, in light and dark."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

HERE = Path(__file__).parent
CSS = (HERE / "style.css").read_text(encoding="utf-8")
_SCRIPTS = ("scroll.js", "pane.js", "page.js")
_STATE = (HERE / "state.css").read_text(encoding="utf-8")
HEAD = f"<style>{_STATE}</style>" + "".join(
    f"<script>{(HERE / name).read_text(encoding='utf-8')}</script>" for name in _SCRIPTS
)

_SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
_MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")


def theme() -> gr.themes.Base:
    """No font, image or style sheet from anywhere but this machine."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.teal,
        neutral_hue=gr.themes.colors.slate,
        font=[gr.themes.Font(name) for name in _SANS],
        font_mono=[gr.themes.Font(name) for name in _MONO],
        radius_size=gr.themes.sizes.radius_md,
    ).set(
        body_background_fill="#fbfcfc",
        body_background_fill_dark="#12181b",
        background_fill_primary="#ffffff",
        background_fill_primary_dark="#182024",
        background_fill_secondary="#f3f6f6",
        background_fill_secondary_dark="#1e272b",
        body_text_color="#1c2a2e",
        body_text_color_dark="#e4ebec",
        body_text_color_subdued="#52646a",
        body_text_color_subdued_dark="#a3b4b8",
        button_primary_background_fill="#0f6b66",
        button_primary_background_fill_hover="#0b5450",
        button_primary_background_fill_dark="#0f6b66",
        button_primary_background_fill_hover_dark="#12807a",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#ffffff",
        block_border_width="0px",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_label_text_color="#52646a",
        block_label_text_color_dark="#a3b4b8",
        block_info_text_color="#52646a",
        block_info_text_color_dark="#a3b4b8",
        block_title_text_color="#52646a",
        block_title_text_color_dark="#a3b4b8",
        input_background_fill="#ffffff",
        input_background_fill_dark="#182024",
        input_border_width="1px",
        input_border_color="#84959a",
        input_border_color_dark="#64777d",
        input_border_color_focus="#0b615c",
        input_border_color_focus_dark="#6fd3cb",
        input_placeholder_color="#5d6f75",
        input_placeholder_color_dark="#93a5aa",
        button_secondary_background_fill="#e8eeee",
        button_secondary_background_fill_dark="#26323700",
        button_secondary_border_color_dark="#3b4a50",
        checkbox_label_background_fill="#f3f6f6",
        checkbox_label_background_fill_dark="#1e272b",
        slider_color="#0f6b66",
        slider_color_dark="#4fb3ab",
        block_shadow="none",
        border_color_primary="#dbe3e4",
        border_color_primary_dark="#2e3a3f",
    )
