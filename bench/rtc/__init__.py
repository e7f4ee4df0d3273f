"""The parts of the forwarding benchmark: each in a process of its own, told what to do in JSON."""
