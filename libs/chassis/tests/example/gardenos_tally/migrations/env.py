from gardenos_chassis.migrations import run

run()
