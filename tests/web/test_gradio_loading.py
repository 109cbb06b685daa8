import inspect

from pvd_assistant.web.gradio_loading import load_gradio


def test_gradio_is_loaded_with_its_telemetry_off(monkeypatch):
    import os

    gradio = load_gradio()
    assert gradio.__version__.startswith("6.31.")
    assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "False"
    assert not gradio.analytics.analytics_enabled()


def test_looking_at_sources_works_again_after_the_import():
    load_gradio()
    assert inspect.getfile(load_gradio).endswith("gradio_loading.py")
