"""Which paths an answer may lead us to."""

import pytest

from camfinder.wire.paths import is_safe


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/doc/page/login.asp?_1732000000",
        "/onvif/device_service",
        "/rootDesc.xml",
        "/upnpdevicedesc.xml",
        "/index.html",
        "/webpages/login.html",
        "/favicon.ico",
        "/en/index.html",
        "/camera/index.html",
    ],
)
def test_ordinary_pages(path: str) -> None:
    """Front pages, descriptions and the ONVIF service may be asked for."""
    assert is_safe(path)


@pytest.mark.parametrize(
    "path",
    [
        "/cgi-bin/audio.cgi",
        "/cgi-bin/%61udio.cgi",
        "/cgi-bin/%2561udio.cgi",
        "/axis-cgi/jpg/image.cgi",
        "/axis-cgi/restart.cgi",
        "/cgi-bin/magicBox.cgi?action=reboot",
        "/current_config/passwd",
        "/System/configurationFile?auth=YWRtaW46MTEK",
        "/onvif-http/snapshot",
        "/device.rsp?opt=user",
        "/RPC2_Login",
        "/proc/kcore",
        "/tmpfs/auto",  # noqa: S108  # a path on a device
        "/a/../b",
        "//other.example/",
        "relative",
        "/with blank",
        "/line\r\nbreak",
        "/ü",
        "/" + "a" * 400,
        "/SDK/webLanguage",
        "/stw-cgi/pw_init.cgi?msubmenu=setinitpassword",
        "/?user=admin&pwd=1",
    ],
)
def test_never(path: str) -> None:
    """Nothing that acts, shows pictures, logs in, leaks or smuggles is asked for."""
    assert not is_safe(path)
