"""Asking a model behind an OpenAI-style address; nothing is sent unless a file says where and that it may."""

from whatworks.actions.model_server.chat import ModelProvider, model_provider
from whatworks.actions.model_server.config import ServerConfig, read_server_config

__all__ = ["ModelProvider", "ServerConfig", "model_provider", "read_server_config"]
