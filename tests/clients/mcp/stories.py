"""The five stories with the official Python SDK over HTTP, in both eras.

Usage: stories.py BASE_URL TOKEN TOKEN
"""

import asyncio
import json
import sys

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client


async def call(client, tool, **arguments):
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, (tool, result.content)
    assert json.loads(result.content[0].text) == result.structured_content
    return result.structured_content


async def stories(client, name):
    """Adds, lists, completes, changes and deletes one task."""
    tools = (await client.list_tools()).tools
    assert any(tool.name == "talk" for tool in tools)
    title = f"Water the plants ({name})"
    task = (await call(client, "add_task", title=title, due_date="tomorrow"))["task_id"]
    listed = await call(client, "list_tasks", status="pending")
    assert any(found["task_id"] == task and found["title"] == title for found in listed["tasks"])
    assert (await call(client, "complete_task", task_id=task))["completed"] is True
    assert (await call(client, "update_task", task_id=task, priority="high"))["priority"] == "high"
    assert (await call(client, "delete_task", task_id=task))["deleted"] is True
    gone = await client.call_tool("fetch", {"id": str(task)})
    assert gone.is_error and gone.content[0].text == "Task not found", gone


async def main(base, tokens):
    for mode, token in zip(("legacy", "2026-07-28"), tokens, strict=True):
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(headers=headers) as http:
            async with Client(streamable_http_client(f"{base}/mcp", http_client=http), mode=mode) as client:
                await stories(client, mode)
                print(f"ok   stories, Python SDK over HTTP, {client.protocol_version}")


asyncio.run(main(sys.argv[1], sys.argv[2:]))
