"""Fcitx is spoken to by IBus where Qt came without its plugin."""

from __future__ import annotations

import pytest

from cartoonmix_desktop.ui.app.application import use_input_method


@pytest.mark.parametrize(
    ("asked", "used"),
    [
        ({"QT_IM_MODULE": "fcitx"}, {"QT_IM_MODULE": "ibus"}),
        ({"QT_IM_MODULE": "fcitx5"}, {"QT_IM_MODULE": "ibus"}),
        ({"QT_IM_MODULE": "x", "QT_IM_MODULES": "wayland;fcitx"}, {"QT_IM_MODULE": "ibus"}),
        ({"QT_IM_MODULES": "fcitx;ibus"}, {"QT_IM_MODULES": "fcitx;ibus"}),
        ({"QT_IM_MODULE": "ibus"}, {"QT_IM_MODULE": "ibus"}),
        ({"QT_IM_MODULE": "compose"}, {"QT_IM_MODULE": "compose"}),
        ({}, {}),
    ],
)
def test_fcitx_without_its_plugin(asked, used, monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    use_input_method(asked)
    assert asked == used


def test_fcitx_with_its_plugin(tmp_path):
    plugin = tmp_path / "platforminputcontexts" / "libfcitx5platforminputcontextplugin.so"
    plugin.parent.mkdir()
    plugin.touch()
    environ = {"QT_IM_MODULE": "fcitx", "QT_PLUGIN_PATH": str(tmp_path)}
    use_input_method(environ)
    assert environ["QT_IM_MODULE"] == "fcitx"
