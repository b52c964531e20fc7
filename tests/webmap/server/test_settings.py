"""Settings: one place, told where they are wrong, this machine only."""

import re
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

import webmap
from webmap import cli
from webmap.settings import ServerSettings, SettingError, language, load, require_loopback

HERE = Path("workspace.toml")


def test_given_beats_environment_beats_default():
    environ = {"MINEZONE_PORT": "9000", "MINEZONE_STATE": "s", "MINEZONE_READ_SECONDS": "2.5"}
    told = load(environ, workspace=HERE, port=None, workers=3)
    assert (told.port, told.state, told.read_seconds, told.workers) == (9000, Path("s"), 2.5, 3)
    assert load(environ, workspace=HERE, port=1).port == 1
    assert load({"MINEZONE_WORKSPACE": "w.toml"}).workspace == Path("w.toml")


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"MINEZONE_PROT": "1"}, "MINEZONE_PROT"),
        ({"MINEZONE_PORT": "eighty"}, "MINEZONE_PORT must be a number"),
        ({"MINEZONE_PORT": "70000"}, "port"),
        ({"MINEZONE_WORKERS": "-1"}, "workers"),
        ({"MINEZONE_MAX_UPLOAD_MB": "0"}, "max_upload_mb"),
        ({"MINEZONE_HOST": "0.0.0.0"}, "no users yet"),
    ],
)
def test_what_cannot_be_right_is_named(environ, said):
    with pytest.raises(SettingError, match=re.escape(said)):
        load(environ, workspace=HERE)


def test_no_workspace():
    with pytest.raises(SettingError, match="no workspace"):
        load({})


def test_variables_of_others_are_left_alone():
    environ = {"MINEZONE_LANG": "en", "MINEZONE_SHARED_DATA": "x", "PORT": "1"}
    assert load(environ, workspace=HERE) == ServerSettings(HERE)
    assert language(environ) == "en" and language({}) == "zh"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_own_addresses(host):
    require_loopback(host)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.168.1.5", "10.0.0.1", "example.org", "", "127.0.0.1.nip.io"]
)  # fmt: skip
def test_any_other_address_is_refused(host):
    with pytest.raises(SettingError, match="this machine"):
        require_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5"])
def test_the_command_refuses_in_one_line(host, workspace, capsys):
    assert cli.main(["serve", "-w", str(workspace), "--host", host, "--lang", "en"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and len(said.err.splitlines()) == 1
    assert "this machine (127.0.0.1) only" in said.err and host in said.err


def test_the_command_names_a_wrong_workspace(tmp_path, capsys):
    path = tmp_path / "none.toml"
    assert cli.main(["serve", "-w", str(path), "--lang", "en"]) == 2
    assert str(path) in capsys.readouterr().err


def test_settings_stay_as_they_are():
    with pytest.raises(FrozenInstanceError):
        ServerSettings(HERE).port = 1


def test_the_state_lies_beside_the_workspace(tmp_path):
    settings = ServerSettings(tmp_path / "w.toml")
    assert settings.state_folder() == tmp_path / ".minezone" / "server"
    assert settings.state_folder().stat().st_mode & 0o777 == 0o700


def test_a_state_folder_that_cannot_be_made(tmp_path):
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    with pytest.raises(SettingError, match="state folder"):
        ServerSettings(HERE, state=file / "state").state_folder()


def test_nobody_else_reads_the_environment_for_settings():
    home = Path(webmap.__file__).parent
    for path in home.rglob("*.py"):
        if path.name != "settings.py":
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"(environ(\.get)?[\[(]|getenv\()\W*MINEZONE_", text), path
