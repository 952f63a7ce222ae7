"""What the desktop app must do, each as a user would notice it. Prints TAP."""

import os
import pathlib
import socket
import subprocess
import sys
import traceback

from harness import (
    App, Billing, Process, TrayItem, answers, desktop, forget, free_port, notifications, output, proxy_on,
    stays, wait_for, WORK,
)

PORT_TAKEN = "Port [0-9]+ is taken"
NO_TRAY = "There is no tray here"


class Skip(Exception):
    """Something that only this check needs is not there."""


def check_window_paints():
    with desktop(), App() as app:
        window = app.window()
        assert app.picture(window, "window") > 16
        _x, _y, width, height = app.geometry(window)
        assert (width, height) == (1280, 800), (width, height)
        assert answers(app.port)


def check_tray_registers_and_left_click_shows_the_window():
    with desktop(), App("--minimized") as app:
        tray = TrayItem()
        assert tray.property("Title") == "Relayscope"
        [(width, height, pixels)] = tray.property("IconPixmap")
        assert (width, height) == (32, 32) and any(pixels)
        assert not tray.property("ItemIsMenu")
        tray.activate()
        window = app.window()
        wait_for("the window in front", lambda: app.is_active(window))


def check_menu_holds_the_entries_and_switches_the_proxy():
    with desktop(), App() as app:
        app.window()
        tray = TrayItem()
        proxy = f"Proxy on 127.0.0.1:{app.port}"
        wait_for("the running proxy in the menu", lambda: proxy in tray.labels())
        labels = tray.labels()
        expected = ["Show window", "—", proxy, "Copy address", None, "—", "Start at login",
                    "Quit Relayscope"]
        assert len(labels) == len(expected), labels
        assert all(want in (None, label) for want, label in zip(expected, labels)), labels
        assert labels[4].startswith("Today "), labels
        assert tray.state("^Proxy on") is True
        picture = tray.property("IconPixmap")
        tray.click("^Proxy on")
        wait_for("the proxy off", lambda: tray.state("^Proxy on") is False)
        assert not proxy_on(app.port)
        wait_for("the icon that says so", lambda: tray.property("IconPixmap") != picture)
        tray.click("^Proxy on")
        wait_for("the proxy on", lambda: tray.state("^Proxy on") is True)
        assert proxy_on(app.port)
        wait_for("the first icon", lambda: tray.property("IconPixmap") == picture)


def check_the_active_site_is_chosen_in_the_menu():
    with desktop(), App("--minimized") as app:
        tray = TrayItem()
        wait_for("the running proxy", lambda: "Copy address" in tray.labels())
        assert not tray.within("^Active site"), tray.labels()
        app.call("POST", "/api/sites", {"name": "Lanshan", "url": "http://127.0.0.1:9/a"})
        app.call("POST", "/api/sites", {"name": "Qinghe", "url": "http://127.0.0.1:9/b"})
        sites = lambda: [(label, on) for _number, label, on in tray.within("^Active site")]
        wait_for("both sites", lambda: len(sites()) == 2)
        number = next(number for number, label, _on in tray.within("^Active site") if label == "Qinghe")
        tray.press(number)
        wait_for("the tick", lambda: sites() == [("Lanshan", False), ("Qinghe", True)])
        wait_for("the name", lambda: "Active site: Qinghe" in tray.labels())
        names = {site["id"]: site["name"] for site in app.call("GET", "/api/sites")["sites"]}
        assert names[app.call("GET", "/api/routes")["default"][0]] == "Qinghe"


def check_a_low_balance_is_notified_once_and_stands_in_the_menu():
    with Billing() as station, desktop(), App("--minimized") as app:
        tray = TrayItem()
        wait_for("the running proxy", lambda: "Copy address" in tray.labels())
        site = app.call("POST", "/api/sites", {"name": "Mini", "url": station.url, "keys": ["sk-test-1234567890"]})

        def left(cents):
            station.used = 2000 - cents
            app.call("POST", f"/api/stations/{site['id']}/refresh")

        left(1900)
        stays("no notification", lambda: notifications() == [], 1)
        left(50)
        wait_for("the notification", lambda: notifications() == ["Mini: $0.50 left"])
        wait_for("the site in the menu", lambda: any("Mini" in label and "$0.50" in label for label in tray.labels()))
        left(40)
        stays("no second notification", lambda: len(notifications()) == 1, 2)


def check_start_at_login_is_switched_in_the_menu():
    entry = pathlib.Path(os.environ["HOME"]) / ".config/autostart/Relayscope.desktop"
    with desktop(), App("--minimized") as app:
        tray = TrayItem()
        # Until then the menu is a shorter one, whose numbers die with it.
        wait_for("the running proxy", lambda: "Copy address" in tray.labels())
        assert tray.state("Start at login") is False
        tray.click("Start at login")
        wait_for("the tick", lambda: tray.state("Start at login") is True)
        # The menu ticks its item itself; the file follows.
        wait_for("the entry", lambda: entry.exists() and "Exec=" in entry.read_text())
        [line] = [line for line in entry.read_text().splitlines() if line.startswith("Exec=")]
        assert "--minimized" in line and str(app.data) in line, line
        tray.click("Start at login")
        wait_for("no tick", lambda: tray.state("Start at login") is False)
        wait_for("no entry", lambda: not entry.exists())


def check_copy_address_fills_the_clipboard():
    import gi
    try:
        gi.require_version("Gtk", "3.0")
        gi.require_version("Gdk", "3.0")
    except ValueError:
        raise Skip("no typelib of GTK 3") from None
    from gi.repository import Gdk, Gtk

    with desktop(), App("--minimized") as app:
        tray = TrayItem()
        wait_for("the running proxy", lambda: "Copy address" in tray.labels())
        tray.click("Copy address")
        clipboard = Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD)
        wait_for("the address in the clipboard",
                 lambda: clipboard.wait_for_text() == f"http://127.0.0.1:{app.port}")


def check_close_hides_and_explains_once():
    with desktop(), App() as app:
        window = app.window()
        tray = TrayItem()
        for _ in range(2):
            app.close(window)
            app.no_window()
            assert answers(app.port), "the proxy depends on the window"
            told = wait_for("the explanation", notifications)
            assert told == ["Relayscope keeps running in the tray"], told
            tray.click("Show window")
            window = app.window()
    assert app.process.returncode == 0


def check_hidden_window_is_freed_and_comes_back_where_it_was():
    with desktop(), App(config="[desktop]\nfree_window_after_s = 1\n") as app:
        first = app.window()
        tray = TrayItem()
        output("xdotool", "windowmove", first, "60", "50")
        output("xdotool", "windowsize", first, "1000", "640")
        wait_for("the new size", lambda: app.geometry(first)[2:] == (1000, 640))
        place = app.geometry(first)
        app.close(first)
        app.no_window()
        wait_for("the window freed", lambda: not app.exists(first))
        assert answers(app.port)
        tray.activate()
        second = app.window()
        assert second != first
        assert app.picture(second, "window-again") > 16
        near = lambda: all(abs(a - b) <= 2 for a, b in zip(app.geometry(second), place))
        wait_for(f"the window at {place}", near)


def check_in_the_tray_no_web_process_is_left():
    with desktop(), App("--minimized", config="[desktop]\nfree_window_after_s = 1\n") as app:
        tray = TrayItem()
        wait_for("the server", lambda: answers(app.port))
        stays("no web process", lambda: not app.web_processes(), 3)
        print(f"# tray: {app.memory_mb():.0f} MB PSS", flush=True)
        for turn in ("first", "second"):
            tray.activate()
            window = app.window()
            assert app.picture(window, f"web-process-{turn}") > 16
            assert app.web_processes()
            app.close(window)
            wait_for("the window freed", lambda: not app.exists(window))
            wait_for("no web process", lambda: not app.web_processes())
            print(f"# tray, freed the {turn} time: {app.memory_mb():.0f} MB PSS", flush=True)
        assert answers(app.port)


def check_second_start_focuses_the_first():
    with desktop(), App(data=App.USUAL) as app:
        second_start_focuses(app, App.USUAL)


def check_second_start_on_the_same_data_focuses_the_first():
    with desktop(), App() as app:
        second_start_focuses(app, app.data)


def second_start_focuses(app, data):
    window = app.window()
    TrayItem()
    app.close(window)
    app.no_window()
    with App(data=data) as second:
        assert second.exit_code() == 0
    window = app.window()
    wait_for("the window in front", lambda: app.is_active(window))
    # A start at login of what runs already shows nothing.
    app.close(window)
    app.no_window()
    with App("--minimized", data=data) as third:
        assert third.exit_code() == 0
    stays("hidden", lambda: not app.windows(), 1)


def check_second_start_without_a_session_bus():
    alone = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"}
    with App(data=App.USUAL, environment=alone) as app:
        window = app.window()
        output("xdotool", "windowminimize", window)
        wait_for("minimised", lambda: app.is_minimised(window))
        with App(data=App.USUAL, environment=alone) as second:
            assert second.exit_code() == 0
        wait_for("the window back", lambda: not app.is_minimised(window))


def check_start_while_the_first_still_ends_waits_for_it():
    # An upstream that never answers keeps the first one in its ten seconds of grace.
    with socket.socket() as upstream, socket.socket() as client:
        upstream.bind(("127.0.0.1", 0))
        upstream.listen()
        address = f"http://127.0.0.1:{upstream.getsockname()[1]}"
        with desktop(), App(config=f'[upstream]\nanthropic_base_url = "{address}"\n') as app:
            app.window()
            tray = TrayItem()
            client.connect(("127.0.0.1", app.port))
            client.sendall(b"POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                           b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}" % app.port)
            # Kept, or Python would close it.
            connection, _ = upstream.accept()
            tray.click("Quit Relayscope")
            wait_for("the first one's window closed", lambda: not app.windows())
            assert app.process.poll() is None, "the request was cut"
            with App(data=app.data, port=app.port) as second:
                second.window()
                assert app.exit_code() == 0
                assert answers(second.port)
            connection.close()


def check_other_data_is_another_program():
    with desktop(), App() as one, App() as other:
        one.window()
        other.window()
        wait_for("both servers", lambda: answers(one.port) and answers(other.port))
        wait_for("two tray items", lambda: len(TrayItem.registered()) == 2)


def check_quit_from_the_menu_ends_all():
    with desktop(), App() as app:
        app.window()
        tray = TrayItem()
        tray.click("Quit Relayscope")
        assert app.exit_code() == 0
        assert not answers(app.port)
        with socket.socket() as port:
            port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            port.bind(("127.0.0.1", app.port))
        wait_for("no tray item", lambda: not TrayItem.registered())


def check_end_signal_is_a_clean_end():
    with App() as app:
        app.window()
        app.terminate()
        assert app.exit_code() == 0


def check_minimised_start_has_no_window():
    with desktop(), App("--minimized") as app:
        TrayItem()
        wait_for("the server", lambda: answers(app.port))
        stays("no window", lambda: not app.windows(".*"), 2)
    # The same by the setting.
    with desktop(), App(config="[desktop]\nstart_minimized = true\n") as app:
        TrayItem()
        wait_for("the server", lambda: answers(app.port))
        stays("no window", lambda: not app.windows(".*"), 2)


def check_minimised_start_without_a_tray_is_not_invisible():
    with desktop(tray=False), App("--minimized") as app:
        wait_for("the server", lambda: answers(app.port))
        listed = lambda: "Relayscope" in output("wmctrl", "-l")
        wait_for("a window in the task bar", listed)


def check_close_without_a_tray_asks_and_loses_nothing():
    with desktop(tray=False), App() as app:
        window = app.window()
        app.close(window)
        question = app.window(NO_TRAY)
        assert app.picture(question, "no-tray") > 16
        assert app.windows() == [window], "the window is hidden without a tray"
        # Closing the question changes nothing.
        app.close(question)
        wait_for("no question", lambda: not app.exists(question))
        wait_for("the window still there", lambda: app.windows() == [window])
        assert answers(app.port)
        # Its main button minimises.
        app.close(window)
        question = app.window(NO_TRAY)
        app.picture(question, "no-tray")
        app.press(question, "Return")
        wait_for("minimised", lambda: app.is_minimised(window))
        assert answers(app.port)


def check_tray_that_comes_late_is_used():
    with App() as app:
        window = app.window()
        with desktop():
            TrayItem()
            wait_for("hiding works", lambda: app.close(window) or not app.windows(".*"))
            assert answers(app.port)


def check_tray_that_goes_away_does_not_swallow_the_window():
    with App() as app:
        window = app.window()
        with desktop():
            TrayItem()
        app.close(window)
        app.window(NO_TRAY)
        assert app.windows() == [window]


def check_close_without_the_setting_quits():
    with desktop(), App(config="[desktop]\nclose_to_tray = false\n") as app:
        window = app.window()
        app.close(window)
        assert app.exit_code() == 0


def check_taken_port_shows_the_way_out():
    port = free_port()
    with socket.socket() as other, desktop():
        other.bind(("127.0.0.1", port))
        other.listen()
        with App(port=port) as app:
            window = app.window(PORT_TAKEN)
            assert app.picture(window, "error-port") > 16
            tray = TrayItem()
            assert "Proxy stopped" in tray.labels(), tray.labels()
            app.press(window, "Return")
            panel = app.window()
            assert not app.windows(PORT_TAKEN)
            assert app.picture(panel, "after-error") > 16
            proxy = lambda: [label for label in tray.labels() if label.startswith("Proxy on")]
            [line] = wait_for("the proxy in the menu", proxy)
            chosen = int(line.rsplit(":", 1)[1])
            assert chosen != port and answers(chosen)
            wait_for("the port saved",
                     lambda: f"port = {chosen}" in (app.data / "config.toml").read_text())


def check_error_window_can_be_left():
    port = free_port()
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with App(port=port) as app:
            app.close(app.window(PORT_TAKEN))
            assert app.exit_code() == 0


def check_port_that_becomes_free_can_be_tried_again():
    port = free_port()
    with socket.socket() as other, desktop():
        other.bind(("127.0.0.1", port))
        other.listen()
        with App("--minimized", port=port) as app:
            window = app.window(PORT_TAKEN)
            app.picture(window, "error-port")
            other.close()
            # From the main button to the one beside it.
            wait_for("the focus", lambda: app.is_active(window))
            app.press(window, "shift+Tab")
            app.press(window, "Return")
            app.window()
            assert answers(port)


def check_broken_settings_are_shown_and_left_alone():
    broken = "[server]\nbroken = true\n"
    with App(config=broken) as app:
        window = app.window("The settings cannot be read")
        assert app.picture(window, "error-settings") > 16
        assert (app.data / "config.toml").read_text() == broken


def main():
    checks = {
        name.removeprefix("check_").replace("_", "-"): check
        for name, check in globals().items() if name.startswith("check_")
    }
    chosen = sys.argv[1:] or list(checks)
    print(f"1..{len(chosen)}", flush=True)
    failed = 0
    with Process("openbox", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        wait_for("the window manager", lambda: "Openbox" in output("wmctrl", "-m"))
        for number, name in enumerate(chosen, 1):
            forget()
            try:
                checks[name]()
                print(f"ok {number} - {name}", flush=True)
            except Skip as reason:
                print(f"ok {number} - {name} # SKIP {reason}", flush=True)
            except Exception:
                failed += 1
                print(f"not ok {number} - {name}", flush=True)
                for line in traceback.format_exc().splitlines():
                    print(f"  # {line}", flush=True)
                for line in output("tail", "-n", "15", *map(str, newest_log())).splitlines():
                    print(f"  # | {line}", flush=True)
    sys.exit(1 if failed else 0)


def newest_log():
    logs = sorted(WORK.glob("log-*"), key=lambda log: log.stat().st_mtime)
    return logs[-1:]


if __name__ == "__main__":
    main()
