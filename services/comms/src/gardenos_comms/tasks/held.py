"""What somebody has of open tasks, and its going to others when they are deactivated or their team is dissolved."""

from gardenos_chassis.handing_over import Held, Whose, handing_over

from gardenos_comms.tasks.tables import tasks
from gardenos_comms.tasks.task import Task, TaskState, evolve

OPEN = tasks.c.state == TaskState.OPEN.value


def _scope(task: Task) -> Whose:
    return task.owner_id, task.team_id


handed_over, handing = handing_over("comms", Held(tasks, OPEN, evolve, _scope, Task.assign))
