//! The HTTP door: guard, proxy routes, management API, WebSocket, panel.
