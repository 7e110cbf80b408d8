# Messages of the fault codes.
fault-unauthenticated = You are not signed in. Sign in and try again.
fault-forbidden = You do not have permission to do this.
fault-not-found = This does not exist, or you cannot see it.
fault-invalid = Some of what you entered is not valid.
fault-malformed = The request could not be understood.
fault-unsupported-media-type = Send the body as JSON, with Content-Type: application/json.
fault-too-large = This is too large. Shorten it or split it up.
fault-conflict = Someone changed this in the meantime. Reload and try again.
fault-rate-limited = Too many requests. Wait a moment and try again.
fault-context-too-long = This conversation is too long for the model. Start a new one, or pick a model with more room.
fault-provider-denied = The model provider refused the request. An administrator should check its key and credit.
fault-model-refused = The model declined to answer this.
fault-unavailable = This is not available right now. Try again in a moment.
fault-timeout = This took too long and was cut off. Try again.
fault-tool-failed = A tool failed.
fault-storage-full = There is no storage space left. Contact an administrator.
fault-internal = Something went wrong on our side. It has been logged.
