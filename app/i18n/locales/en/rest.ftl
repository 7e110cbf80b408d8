# Errors of REST requests.
rest-json-broken = The body is not valid JSON: see line { $line }, column { $column }.
rest-body-too-large = The body is larger than { $limit } bytes. Shorten it or split it up.
rest-body-cut = The body is incomplete.
rest-method = This address does not support this method. The Allow header lists the supported methods.
rest-no-such-address = This address does not exist.
rest-no-object = Send a JSON object.
