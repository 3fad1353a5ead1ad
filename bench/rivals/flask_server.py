"""Flask: verify, send the task, answer 202."""

import hashlib
import hmac
import os

from flask import Flask, request

from celery_tasks import handle

SECRET = os.environ["SECRET"].encode()
app = Flask(__name__)


@app.post("/webhooks/bench")
def receive():
    body = request.get_data()
    expected = "sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, request.headers.get("X-Webhook-Signature", "")):
        return {"error": "bad signature"}, 401
    handle.apply_async(
        (request.headers.get("X-Event-Type", "event"), request.get_json()),
        task_id=request.headers.get("X-Idempotency-Key"),
    )
    return {"status": "accepted"}, 202
