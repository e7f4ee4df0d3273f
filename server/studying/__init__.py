"""Study: the catalogue of courses, what was watched, quizzes, and what learners say of a course."""
