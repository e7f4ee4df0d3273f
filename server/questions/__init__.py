"""What trainees bring along 两带来, questions of theory and problems of work; and topics."""
