/**
 * Puts deliveries back that were in hand and not attempted. A manual attempt may have drawn a number meanwhile: then
 * the number stays drawn, and the run of the retry policy is moved along instead. One that waited in hand for its retry
 * has drawn none yet, and is not due before its time.
 */
export const putBack = (column: 'due_at' | 'parked_at', where: string): string => `
      update deliveries set ${column} = greatest(now(), retry_at), retry_at = null,
        attempt_count = attempt_count - coalesce((not number_used)::int, 0),
        run_start = run_start + coalesce(number_used::int, 0)
      from (
        select mine.id, case when mine.retry_at is null then exists (
          select from attempts where delivery_id = mine.id and number = mine.attempt_count
        ) end as number_used
        from deliveries as mine where ${where}
          and mine.status = 'PENDING' and mine.due_at is null and mine.parked_at is null
        for update
      ) as back
      where deliveries.id = back.id`;
