"""A Chat Completions server that answers as it is told and refuses what strict servers refuse."""

import json
import re
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MEMBERS = {
    "model", "messages", "tools", "tool_choice", "parallel_tool_calls", "max_tokens", "max_completion_tokens",
    "temperature", "top_p", "stop", "stream", "stream_options", "user", "reasoning_effort", "response_format",
}
OF_ROLE = {
    "system": {"role", "content"},
    "user": {"role", "content"},
    "assistant": {"role", "content", "tool_calls"},
    "tool": {"role", "content", "tool_call_id"},
}
NAME = re.compile(r"^[A-Za-z0-9_-]{1,64}$")


class Refused(Exception):
    """What a strict server answers 400 to."""


def demand(condition, sentence):
    if not condition:
        raise Refused(sentence)


def check(body):
    """Refuses what OpenAI's own server refuses."""
    demand(set(body) <= MEMBERS, f"unknown parameter: {set(body) - MEMBERS}")
    demand(body.get("stop") is None or 0 < len(body["stop"]) <= 4, "stop: 1 to 4")
    demand(len(body.get("user") or "") <= 64, "user: too long")
    demand("tools" in body or "tool_choice" not in body, "tool_choice without tools")
    demand(body.get("tools") != [], "tools: empty")
    for tool in body.get("tools") or []:
        function = tool["function"]
        demand(set(function) <= {"name", "description", "parameters", "strict"}, f"tool: {set(function)}")
        demand(NAME.match(function["name"]), f"tool name: {function['name']}")
        demand(function["parameters"].get("type") == "object", "parameters: type object")
        demand("properties" in function["parameters"], "parameters: properties missing")
    waiting = []
    for message in body["messages"]:
        role = message["role"]
        demand(set(message) <= OF_ROLE[role], f"{role}: {set(message)}")
        if role == "tool":
            demand(message["tool_call_id"] in waiting, "tool message without its call")
            waiting.remove(message["tool_call_id"])
            demand(isinstance(message["content"], str) and message["content"], "tool content: not a text")
            continue
        demand(not waiting, f"tool_call_ids did not have response messages: {waiting}")
        if role == "assistant":
            calls = message.get("tool_calls") or []
            demand(message.get("content") or calls, "assistant says nothing")
            for call in calls:
                demand(0 < len(call["id"]) <= 40, "tool call id: too long")
                demand(NAME.match(call["function"]["name"]), "tool call name")
                json.loads(call["function"]["arguments"])
            waiting = [call["id"] for call in calls]
        else:
            demand(message["content"], f"{role} says nothing")
    demand(not waiting, f"tool_call_ids did not have response messages: {waiting}")


def chunk(delta=None, finish=None, **more):
    return {
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "real-model",
        "choices": [{"index": 0, "delta": delta or {}, "finish_reason": finish}],
    } | more


def usage(prompt=100, completion=10, **more):
    return chunk(choices=[], usage={"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion} | more)


def call(index, identity, name, arguments):
    function = {"name": name, "arguments": arguments if isinstance(arguments, str) else json.dumps(arguments)}
    return {"index": index, "id": identity, "type": "function", "function": function}


class Stream:
    """Chunks to send, one after the other; a number is a pause in seconds, bytes go out as they are."""

    def __init__(self, *pieces, done=True, cut=False):
        self.pieces, self.done, self.cut = pieces, done, cut


class Whole:
    """An answer of one piece."""

    def __init__(self, body, status=200, **headers):
        self.body, self.status, self.headers = body, status, headers


def says(text):
    return Stream(chunk({"role": "assistant", "content": ""}), chunk({"content": text}), chunk(finish="stop"), usage())


def calls(*tools):
    return Stream(chunk({"tool_calls": list(tools)}), chunk(finish="tool_calls"), usage())


class ChatServer:
    """Answers each request with what `answer(body)` gives."""

    def __init__(self):
        self.received, self.complaints, self.left = [], [], threading.Event()
        self.answer = lambda body: says("hello")
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                pass

            def do_GET(self):
                self.whole(Whole({"object": "list", "data": [{"id": "real-model", "object": "model"}]}))

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                if not self.path.endswith("/chat/completions"):
                    return self.whole(Whole({"error": {"message": f"no such path: {self.path}"}}, 404))
                outer.received.append(body)
                try:
                    check(body)
                except (Refused, KeyError, TypeError, ValueError) as refused:
                    outer.complaints.append(f"{type(refused).__name__}: {refused}")
                    return self.whole(Whole({"error": {"message": str(refused), "type": "invalid_request_error"}}, 400))
                answer = outer.answer(body)
                try:
                    self.whole(answer) if isinstance(answer, Whole) else self.stream(answer)
                except OSError:
                    outer.left.set()

            def whole(self, answer):
                body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
                self.send_response(answer.status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.send_header("x-request-id", "up_123")
                for name, value in answer.headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(body)

            def stream(self, answer):
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.send_header("x-request-id", "up_123")
                self.send_header("transfer-encoding", "chunked")
                self.end_headers()
                for piece in answer.pieces:
                    if isinstance(piece, (int, float)):
                        time.sleep(piece)
                        continue
                    self.piece(piece if isinstance(piece, bytes) else f"data: {json.dumps(piece)}\n\n".encode())
                if answer.done:
                    self.piece(b"data: [DONE]\n\n")
                if answer.cut:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.piece(b"")

            def piece(self, data):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
                self.wfile.flush()

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def reset(self):
        self.received.clear()
        self.complaints.clear()
        self.left.clear()
        self.answer = lambda body: says("hello")

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
