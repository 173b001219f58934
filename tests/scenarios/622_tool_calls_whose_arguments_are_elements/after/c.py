TAG = "<content>"
