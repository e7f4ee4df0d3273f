"""The parts of the benchmarks of a live lesson: who publishes, watches and listens."""
