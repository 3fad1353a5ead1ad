"""Celery's side: an empty task. Its count goes to Redis ten times a second, which costs the path next to nothing."""

import os
import threading
import time

from celery import Celery
from celery.signals import worker_process_init, worker_ready
from redis import Redis

BROKER = f"redis://127.0.0.1:{os.environ['REDIS_PORT']}/0"

app = Celery("bench", broker=BROKER)
app.conf.update(
    # The message is acknowledged after the task has run, as the docs say for tasks that may run twice.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    # Nobody reads results.
    task_ignore_result=True,
    # As the docs say for many short tasks; with 1 the backlog drains at 0.9 of this rate. Left out, as they gained
    # nothing: 512, --pool solo, --without-gossip --without-mingle --without-heartbeat.
    worker_prefetch_multiplier=64,
)

handled = 0


@app.task(name="bench.handle")
def handle(event_type, data):
    global handled
    handled += 1


@worker_ready.connect
def ready(**_):
    """The bench waits for this."""
    Redis.from_url(BROKER).incrby("handled", 0)


@worker_process_init.connect
def report(**_):
    threading.Thread(target=flush, daemon=True).start()


def flush():
    client = Redis.from_url(BROKER)
    told = 0
    while True:
        time.sleep(0.1)
        seen = handled
        if seen != told:
            client.incrby("handled", seen - told)
            told = seen
