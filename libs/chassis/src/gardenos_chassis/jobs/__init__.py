"""Durable jobs: work that leaves the database (a model call, a mail, a webhook), recorded in the transaction that wants it.

jobs = Jobs()

@jobs.on("comms.send-email")
async def send(job: Job) -> None:
    await provider.send(job.arguments["message_id"], idempotency_key=job.idempotency_key)

await enqueue(work.session, "comms.send-email", {"message_id": message_id}, because_of=work.context)

Service(settings, jobs=[jobs], …)
"""

from gardenos_chassis.jobs.kinds import Job, Jobs
from gardenos_chassis.jobs.queue import cancel_job, enqueue, forget_jobs, retry_job

__all__ = ["Job", "Jobs", "cancel_job", "enqueue", "forget_jobs", "retry_job"]
