/**
 * Puts deliveries back that were in hand and not attempted. A manual attempt may have drawn a number meanwhile: then
 * the number stays drawn, and the run of the retry policy is moved along instead.
 */
export const putBack = (column: 'due_at' | 'parked_at', where: string): string => `
      update deliveries set ${column} = now(),
        attempt_count = attempt_count - (not number_used)::int,
        run_start = run_start + number_used::int
      from (
        select mine.id, exists (
          select from attempts where delivery_id = mine.id and number = mine.attempt_count
        ) as number_used
        from deliveries as mine where ${where}
          and mine.status = 'PENDING' and mine.due_at is null and mine.parked_at is null
        for update
      ) as back
      where deliveries.id = back.id`;
