class Plugin:
    def __init__(self, config):
        self.value = config.get("value", "hello")

    def get_status(self, eventtime):
        return {"value": self.value}


def load_config(config):
    return Plugin(config)
