"""The parts of the rendering benchmark: the job, the limit, the peer, and what the eye would say."""
