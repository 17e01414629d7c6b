"""What `bench.state` and `bench.memory` are made of."""
