"""The students' lottery: public numbers, deferred acceptance, and an account of every decision."""
