"""What an event skips: the page is sent the same, and nothing is made anew."""

import asyncio
from typing import Any

import pytest

from pvd_assistant.web.gradio_loading import load_gradio
from pvd_assistant.web.gradio_skipping import leave_what_is_skipped

gr = load_gradio()


@pytest.fixture
def page() -> Any:
    with gr.Blocks(analytics_enabled=False) as blocks:
        outputs = [gr.HTML("a"), gr.State(1), gr.Textbox("b"), gr.HTML("c")]
        gr.Button().click(lambda: None, None, outputs)
    return blocks


def sent(page: Any, given: Any) -> list[Any]:
    function = next(iter(page.default_config.fns.values()))
    return asyncio.run(page.postprocess_data(function, given, gr.state_holder.SessionState(page)))


@pytest.mark.parametrize(
    "given",
    [
        (gr.skip(), 2, gr.skip(), gr.skip()),
        ("<p>un</p>", 2, gr.skip(), gr.skip()),
        ("<p>un</p>", gr.skip(), "mot", gr.update(visible=False)),
        ("<p>un</p>", 2, "mot", "<p>deux</p>"),
        (gr.skip(),) * 4,
        gr.skip(),
    ],
)
def test_the_page_is_sent_what_gradio_sends(page: Any, given: Any) -> None:
    usual = sent(page, given)
    leave_what_is_skipped(page)
    assert sent(page, given) == usual


def test_what_is_skipped_is_not_made_anew(page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    monkeypatch.setattr(gr.HTML, "__init__", lambda self, **_: made.append(self))
    leave_what_is_skipped(page)
    sent(page, ("<p>un</p>", 2, gr.skip(), gr.skip()))
    assert made == []


def test_the_wrong_number_of_outputs_is_still_told(page: Any) -> None:
    leave_what_is_skipped(page)
    with pytest.raises(ValueError, match="enough output values"):
        sent(page, ("<p>un</p>", 2))
