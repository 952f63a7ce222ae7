"""An Anthropic Messages server that answers as it is told and refuses what Anthropic refuses."""

import json
import re
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MEMBERS = {
    "model", "messages", "system", "tools", "tool_choice", "max_tokens", "temperature", "top_p", "top_k",
    "stop_sequences", "stream", "metadata", "thinking", "output_config",
}
BLOCKS = {
    "user": {"text", "image", "document", "tool_result"},
    "assistant": {"text", "thinking", "redacted_thinking", "tool_use"},
}
NAME = re.compile(r"^[A-Za-z0-9_-]{1,128}$")
IMAGES = {"image/png", "image/jpeg", "image/gif", "image/webp"}


class Refused(Exception):
    """What Anthropic answers 400 to."""


def demand(condition, sentence):
    if not condition:
        raise Refused(sentence)


def check(body):
    """Refuses what Anthropic's own server refuses."""
    demand(set(body) <= MEMBERS, f"Extra inputs are not permitted: {set(body) - MEMBERS}")
    demand(isinstance(body.get("max_tokens"), int) and body["max_tokens"] > 0, "max_tokens: Field required")
    demand(0 <= body.get("temperature", 1) <= 1, "temperature: range: 0..1")
    demand(not {"temperature", "top_p"} <= set(body), "temperature and top_p cannot both be specified")
    demand(all(stop.strip() for stop in body.get("stop_sequences", [])), "stop_sequences: white space")
    demand("@" not in body.get("metadata", {}).get("user_id", ""), "metadata.user_id: an e-mail address")
    thinking = body.get("thinking", {}).get("type") in ("enabled", "adaptive")
    demand(not thinking or body.get("temperature", 1) == 1, "temperature may only be 1 when thinking")
    forced = body.get("tool_choice", {}).get("type") in ("any", "tool")
    demand(not (thinking and forced), "Thinking may not be enabled when tool_choice forces tool use")
    demand("tools" in body or "tool_choice" not in body, "tool_choice without tools")
    names = [tool["name"] for tool in body.get("tools", [])]
    demand(len(names) == len(set(names)), "tools: Tool names must be unique.")
    for tool in body.get("tools", []):
        demand(set(tool) <= {"name", "description", "input_schema", "cache_control"}, f"tools: {set(tool)}")
        demand(NAME.match(tool["name"]), f"tools: name {tool['name']}")
        schema = tool["input_schema"]
        demand(schema.get("type") == "object", "input_schema.type: Field required")
        demand(not {"oneOf", "anyOf", "allOf"} & set(schema), "input_schema does not support oneOf, allOf, or anyOf at the top level")
    demand(json.dumps(body).count('"cache_control"') <= 4, "A maximum of 4 blocks with cache_control may be provided")
    check_messages(body, names)


def check_messages(body, names):
    demand(body["messages"], "messages: at least one message is required")
    demand(body["messages"][0]["role"] == "user", "messages: first message must use the user role")
    waiting, seen = [], set()
    for at, message in enumerate(body["messages"]):
        role, blocks = message["role"], message["content"]
        demand(role in BLOCKS, f"messages.{at}: role {role}")
        demand(isinstance(blocks, list) and blocks, f"messages.{at}: content")
        demand(at == 0 or body["messages"][at - 1]["role"] != role, f"messages.{at}: roles must alternate")
        results = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
        demand(sorted(results) == sorted(waiting), f"tool_use ids were found without tool_result blocks: {waiting}")
        first = [block["type"] for block in blocks[: len(results)]]
        demand(all(kind == "tool_result" for kind in first), "tool_result blocks must come first")
        waiting = []
        for block in blocks:
            demand(block["type"] in BLOCKS[role], f"messages.{at}: {block['type']}")
            if block["type"] == "text":
                demand(block["text"].strip(), "text content blocks must contain non-whitespace text")
            if block["type"] == "thinking":
                demand(block["signature"], "Invalid signature in thinking block")
            if block["type"] == "image" and block["source"]["type"] == "base64":
                demand(block["source"]["media_type"] in IMAGES, "image: media type")
            if block["type"] == "tool_use":
                demand(block["id"] not in seen, "tool_use ids must be unique")
                demand(isinstance(block["input"], dict) and names and NAME.match(block["name"]), "tool_use")
                seen.add(block["id"])
                waiting.append(block["id"])
    demand(not waiting, f"tool_use ids were found without tool_result blocks: {waiting}")


def event(name, **members):
    return f"event: {name}\ndata: {json.dumps({'type': name} | members)}\n\n".encode()


def start(**usage):
    told = {"input_tokens": 10, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 1, "output_tokens": 1} | usage
    message = {"id": "msg_up", "type": "message", "role": "assistant", "model": "real-claude", "content": [], "stop_reason": None, "usage": told}
    return event("message_start", message=message) + event("ping")


def block(index, begin, *deltas):
    pieces = [event("content_block_start", index=index, content_block=begin)]
    pieces += [event("content_block_delta", index=index, delta=delta) for delta in deltas]
    return b"".join([*pieces, event("content_block_stop", index=index)])


def text(index, *pieces):
    return block(index, {"type": "text", "text": ""}, *({"type": "text_delta", "text": piece} for piece in pieces))


def thinking(index, *pieces, signature="sig"):
    deltas = [{"type": "thinking_delta", "thinking": piece} for piece in pieces]
    return block(index, {"type": "thinking", "thinking": "", "signature": ""}, *deltas, {"type": "signature_delta", "signature": signature})


def tool(index, identity, name, *pieces):
    deltas = [{"type": "input_json_delta", "partial_json": piece if isinstance(piece, str) else json.dumps(piece)} for piece in pieces]
    return block(index, {"type": "tool_use", "id": identity, "name": name, "input": {}}, *deltas)


def end(reason="end_turn", **more):
    usage = {"output_tokens": 20, "output_tokens_details": {"thinking_tokens": 7}}
    delta = {"stop_reason": reason, "stop_sequence": None} | more
    return event("message_delta", delta=delta, usage=usage) + event("message_stop")


class Stream:
    """Bytes to send, piece by piece; a number is a pause in seconds."""

    def __init__(self, *pieces, cut=False):
        self.pieces, self.cut = pieces, cut


class Whole:
    """An answer of one piece."""

    def __init__(self, body, status=200, **headers):
        self.body, self.status, self.headers = body, status, headers


def message(*content, reason="end_turn", **more):
    usage = {"input_tokens": 10, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 1, "output_tokens": 20}
    return Whole({"id": "msg_up", "type": "message", "role": "assistant", "model": "real-claude", "content": list(content), "stop_reason": reason, "usage": usage} | more)


def error(status, kind, sentence, **headers):
    return Whole({"type": "error", "error": {"type": kind, "message": sentence}, "request_id": "req_up"}, status, **headers)


def says(body, *words):
    """Says it in the form that was asked for."""
    words = words or ("hello",)
    if body.get("stream"):
        return Stream(start(), text(0, *words), end())
    return message({"type": "text", "text": "".join(words)})


class AnthropicServer:
    """Answers each request with what `answer(body)` gives."""

    def __init__(self):
        self.received, self.headers, self.complaints, self.left = [], [], [], threading.Event()
        self.answer = says
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                pass

            def do_GET(self):
                self.whole(Whole({"data": [{"type": "model", "id": "real-claude", "display_name": "Claude"}], "has_more": False}))

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                outer.received.append(body)
                outer.headers.append({name.lower(): value for name, value in self.headers.items()})
                try:
                    check(body)
                except (Refused, KeyError, TypeError, ValueError) as refused:
                    outer.complaints.append(f"{type(refused).__name__}: {refused}")
                    return self.whole(error(400, "invalid_request_error", str(refused)))
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
                self.send_header("request-id", "req_up")
                for name, value in answer.headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(body)

            def stream(self, answer):
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.send_header("request-id", "req_up")
                self.send_header("transfer-encoding", "chunked")
                self.end_headers()
                for piece in answer.pieces:
                    if isinstance(piece, (int, float)):
                        time.sleep(piece)
                    else:
                        self.piece(piece)
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
        for list_ in (self.received, self.headers, self.complaints):
            list_.clear()
        self.left.clear()
        self.answer = says

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
