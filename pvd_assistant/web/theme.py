"""Colours and type of Gradio's own components, the same as ``assets/pvd.css``.

A neutral dress: no State emblem, no font or colour of the State's design system, nothing to download.
"""

from __future__ import annotations

from typing import Any

from pvd_assistant.web.gradio_loading import load_gradio

FONTS = ("Segoe UI", "Roboto", "Helvetica Neue", "Liberation Sans", "Arial", "sans-serif")

_INK, _PAPER, _SOFT, _EDGE, _MAIN, _MAIN_DARK = (
    "#1c2b33",
    "#ffffff",
    "#f4f6f4",
    "#6b7c80",
    "#0f4c5c",
    "#0a3642",
)
_NIGHT_INK, _NIGHT, _NIGHT_SOFT, _NIGHT_EDGE, _NIGHT_MAIN = (
    "#e4eaea",
    "#12191c",
    "#1b2529",
    "#8fa0a4",
    "#8fd0df",
)


def theme() -> Any:
    """Return the Gradio theme."""
    gr = load_gradio()
    base = gr.themes.Base(
        font=list(FONTS),
        font_mono=["Liberation Mono", "monospace"],
        radius_size=gr.themes.sizes.radius_sm,
        text_size=_text_sizes(gr),
    )
    return base.set(
        body_background_fill=_PAPER,
        body_background_fill_dark=_NIGHT,
        body_text_color=_INK,
        body_text_color_dark=_NIGHT_INK,
        body_text_color_subdued="#4a5b61",
        body_text_color_subdued_dark="#b4c2c5",
        background_fill_primary=_PAPER,
        background_fill_primary_dark=_NIGHT,
        background_fill_secondary=_SOFT,
        background_fill_secondary_dark=_NIGHT_SOFT,
        block_background_fill=_PAPER,
        block_background_fill_dark=_NIGHT,
        block_label_text_color=_INK,
        block_label_text_color_dark=_NIGHT_INK,
        block_title_text_color=_INK,
        block_title_text_color_dark=_NIGHT_INK,
        block_info_text_color="#4a5b61",
        block_info_text_color_dark="#b4c2c5",
        block_title_text_weight="600",
        border_color_primary="#d3dbd9",
        border_color_primary_dark="#34444a",
        input_background_fill=_PAPER,
        input_background_fill_dark=_NIGHT_SOFT,
        input_border_color=_EDGE,
        input_border_color_dark=_NIGHT_EDGE,
        input_border_width="1px",
        input_placeholder_color="#5b6b70",
        input_placeholder_color_dark="#a5b4b8",
        button_primary_background_fill=_MAIN,
        button_primary_background_fill_dark=_NIGHT_MAIN,
        button_primary_background_fill_hover=_MAIN_DARK,
        button_primary_background_fill_hover_dark="#b5e2ec",
        button_primary_text_color=_PAPER,
        button_primary_text_color_dark="#06222a",
        button_secondary_background_fill=_PAPER,
        button_secondary_background_fill_dark=_NIGHT_SOFT,
        button_secondary_text_color=_MAIN,
        button_secondary_text_color_dark=_NIGHT_MAIN,
        button_secondary_border_color=_EDGE,
        button_secondary_border_color_dark=_NIGHT_EDGE,
    )


def _text_sizes(gr: Any) -> Any:
    """Return sizes that follow the reader's own, where Gradio's are in pixels."""
    return gr.themes.sizes.Size(
        name="text_relative",
        xxs=".7rem",
        xs=".75rem",
        sm=".85rem",
        md=".95rem",
        lg="1rem",
        xl="1.4rem",
        xxl="1.6rem",
    )
