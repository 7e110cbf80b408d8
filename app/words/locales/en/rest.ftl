# What a REST request got wrong.
rest-json-broken = The body is not valid JSON: see line { $line }, column { $column }.
rest-body-too-large = The body is larger than { $limit } bytes. Shorten it or split it up.
rest-body-cut = The body ended before it was complete.
rest-method = This address does not take that method. The Allow header says which it takes.
rest-no-such-address = There is nothing at this address.
rest-no-object = Send a JSON object.
