"""The map of a collection: papers that are near in meaning lie near each other. Drawn by matplotlib."""

from __future__ import annotations

import io
import re
from html import escape

import numpy as np

from rag.library import Library
from rag.retrieval.per_state import PerState, spread

_MAX = 1000  # papers drawn: more are no longer told apart
_COLOURS = 8  # groups told apart by colour
_KEPT: PerState[str] = PerState("map", __file__)


def picture(library: Library) -> str:
    """The map as SVG: a point a paper, its title on hover, a click opens it. Drawn once for a state of the library."""
    # One at a time: matplotlib is not for several threads.
    return _KEPT(library.index, lambda: _drawn(library))


def _drawn(library: Library) -> str:
    from sklearn.cluster import KMeans
    from sklearn.manifold import TSNE

    ids, means = spread(library.index.forward_index, _MAX)
    if len(ids) < _COLOURS:
        return "<p>Too few papers for a map.</p>"
    places = TSNE(2, perplexity=min(30, len(ids) / 4), init="pca", random_state=0).fit_transform(means)
    groups = KMeans(_COLOURS, n_init=3, random_state=0).fit_predict(means)
    titles = {paper.id: paper.title for paper in library.catalogue.papers(ids)}
    said = f"{len(ids):,} papers{' of ' + format(len(library), ',') if len(ids) < len(library) else ''}"
    svg = _svg(places, groups, len(ids))

    def link(found: re.Match[str]) -> str:
        paper = ids[int(found[1])]
        opening = f'<a class="do" name="paper" href="#" data-value="{escape(paper)}">'
        return f"{opening}<title>{escape(titles[paper])}</title>"

    svg = re.sub(r'<a xlink:href="#p(\d+)"[^>]*>', link, svg)
    return f"<p>{said}; those near in meaning lie near each other. Click a point to open its paper.</p>{svg}"


def _svg(places: np.ndarray, groups: np.ndarray, n: int) -> str:
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": "askpapers"}):
        figure = Figure(figsize=(9, 5.5))
        FigureCanvasSVG(figure)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.axis("off")
        points = axes.scatter(places[:, 0], places[:, 1], c=groups, cmap="Dark2", s=42, linewidths=0, alpha=0.85)
        points.set_urls([f"#p{number}" for number in range(n)])
        out = io.StringIO()
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    svg = out.getvalue()[out.getvalue().index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", svg, flags=re.DOTALL)
    return re.sub(
        r'<svg [^>]*viewBox="([^"]+)"[^>]*>', r'<svg viewBox="\1" role="group" aria-label="Map">', svg, count=1
    )
