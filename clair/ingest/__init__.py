"""From bytes to samples: networks read a message, decoders its payload, `store` keeps the samples."""
