namespace StreamCoord.Client.Calls;

/// <summary>
/// Calls of grains that go on while a silo is replaced: what is idempotent is asked again, until it has an answer that is not retriable or the time is over. Safe for concurrent use.
/// </summary>
internal sealed class GrainCalls(IGrainFactory grains, TimeProvider time, int attemptTimeoutMs, int retryTimeoutMs)
{
    private const int FirstBackoffMs = 20;
    private const int BackoffMsMax = 1_000;

    /// <summary>Where the grains are.</summary>
    public IGrainFactory Grains => grains;

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>How long an attempt has for its answer. Milliseconds.</summary>
    public int AttemptTimeoutMs => attemptTimeoutMs;

    /// <summary>
    /// Waits for one attempt of a call that may be made again. Orleans would wait half a minute for an answer that a lost silo cannot give, because a client is not told which silo a call went to.
    /// </summary>
    /// <param name="attempt">The call.</param>
    /// <param name="waitMs">How long the call itself may wait for something to happen. Milliseconds.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TimeoutException">There is no answer yet, and may be none.</exception>
    public Task<T> AttemptAsync<T>(Task<T> attempt, int waitMs, CancellationToken cancellationToken) =>
        attempt.IsCompleted ? attempt : attempt.WaitAsync(TimeSpan.FromMilliseconds((long)attemptTimeoutMs + waitMs), time, cancellationToken);

    /// <summary>Asks until there is an answer, which may be a refusal. For what may be carried out twice.</summary>
    /// <param name="call">The call.</param>
    /// <param name="errorOf">Its outcome.</param>
    /// <param name="cancellationToken">Gives up. What was asked may be done all the same.</param>
    /// <exception cref="StreamCoordException">Nobody has answered in time.</exception>
    public async Task<T> AskAsync<T>(Func<IGrainFactory, Task<T>> call, Func<T, ErrorCode> errorOf, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        var backoff = new Backoff(FirstBackoffMs, BackoffMsMax);
        while (true)
        {
            bool isLate = time.GetElapsedTime(start).TotalMilliseconds >= retryTimeoutMs;
            try
            {
                T reply = await AttemptAsync(call(grains), 0, cancellationToken).ConfigureAwait(false);
                if (isLate || !errorOf(reply).IsRetriable())
                {
                    return reply;
                }
            }
            catch (Exception failure) when (GrainFailures.IsTransient(failure))
            {
                if (isLate)
                {
                    throw Unanswered(failure);
                }
            }
            await backoff.WaitAsync(time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Asks once. For what must not be carried out twice.</summary>
    /// <exception cref="StreamCoordException">Nobody has answered: what was asked may be done all the same.</exception>
    public async Task<T> AskOnceAsync<T>(Func<IGrainFactory, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call(grains).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (GrainFailures.IsTransient(failure))
        {
            throw Unanswered(failure);
        }
    }

    /// <summary>Throws unless there is no error.</summary>
    /// <exception cref="StreamCoordException">There is one.</exception>
    public static void Require(ErrorCode error, string? message)
    {
        if (error != ErrorCode.None)
        {
            throw new StreamCoordException(error, message ?? "The cluster has refused it.");
        }
    }

    private static StreamCoordException Unanswered(Exception failure) => new(
        ErrorCode.RequestTimedOut, $"The cluster did not answer: {failure.Message} What was asked may be done all the same. See that a silo runs and can be reached, and try again.", failure);
}
