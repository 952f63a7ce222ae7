"""What a desktop has on the session bus and a bare X server has not: a tray and notifications.

Run as a program it owns the names until it is killed. It records; whoever looks is `checks.py`.
"""

import sys

import dbus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

WATCHER = "org.kde.StatusNotifierWatcher"
NOTIFICATIONS = "org.freedesktop.Notifications"
PROPERTIES = "org.freedesktop.DBus.Properties"


class Tray(dbus.service.Object):
    """The watcher, with a host that shows everything."""

    def __init__(self, bus):
        super().__init__(bus, "/StatusNotifierWatcher")
        self.items = []
        bus.add_signal_receiver(
            self.owner_changed, "NameOwnerChanged", "org.freedesktop.DBus", "org.freedesktop.DBus"
        )

    def owner_changed(self, name, _old, new):
        if not new and name in self.items:
            self.items.remove(name)

    @dbus.service.method(WATCHER, in_signature="s", sender_keyword="sender")
    def RegisterStatusNotifierItem(self, service, sender=None):
        name = sender if service.startswith("/") else service
        if name not in self.items:
            self.items.append(name)

    @dbus.service.method(WATCHER, in_signature="s")
    def RegisterStatusNotifierHost(self, _service):
        pass

    @dbus.service.method(PROPERTIES, in_signature="ss", out_signature="v")
    def Get(self, _interface, name):
        return self.GetAll(WATCHER)[name]

    @dbus.service.method(PROPERTIES, in_signature="s", out_signature="a{sv}")
    def GetAll(self, _interface):
        return {
            "RegisteredStatusNotifierItems": dbus.Array(self.items, signature="s"),
            "IsStatusNotifierHostRegistered": True,
            "ProtocolVersion": 0,
        }


class Notifications(dbus.service.Object):
    """Takes notifications and keeps their titles."""

    def __init__(self, bus):
        super().__init__(bus, "/org/freedesktop/Notifications")
        self.titles = []

    @dbus.service.method(NOTIFICATIONS, in_signature="susssasa{sv}i", out_signature="u")
    def Notify(self, _app, _replaces, _icon, title, _body, _actions, _hints, _timeout):
        self.titles.append(title)
        return len(self.titles)

    @dbus.service.method(NOTIFICATIONS, out_signature="as")
    def GetCapabilities(self):
        return ["body"]

    @dbus.service.method(NOTIFICATIONS, out_signature="ssss")
    def GetServerInformation(self):
        return "fake", "relayscope", "1", "1.2"

    @dbus.service.method("dev.relayscope.Test", out_signature="as")
    def Titles(self):
        return dbus.Array(self.titles, signature="s")


def main():
    dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
    bus = dbus.SessionBus()
    kept = [Notifications(bus), dbus.service.BusName(NOTIFICATIONS, bus)]
    if "--no-tray" not in sys.argv:
        kept += [Tray(bus), dbus.service.BusName(WATCHER, bus)]
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
