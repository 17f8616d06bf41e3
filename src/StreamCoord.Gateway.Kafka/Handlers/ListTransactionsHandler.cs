using System.Text.RegularExpressions;
using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using StreamCoord.Transactions;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Lists the transactional ids that this broker coordinates, as clients ask every broker for its own: by state, by producer, from version 1 on by how long their transaction is open, from 2 on by a pattern (RE2's in Kafka, .NET's without backtracking here).</summary>
internal sealed class ListTransactionsHandler(IGrainFactory grains, TimeProvider time) : ApiHandler<ListTransactionsRequest, ListTransactionsResponse>
{
    private const long AnyDuration = -1;

    /// <inheritdoc/>
    protected override async Task<ListTransactionsResponse> HandleAsync(ListTransactionsRequest request, KafkaRequestContext context)
    {
        Regex? pattern = null;
        if (!string.IsNullOrEmpty(request.TransactionalIdPattern) && !TryParse(request.TransactionalIdPattern, out pattern))
        {
            return new ListTransactionsResponse { ErrorCode = (short)ErrorCode.InvalidRegularExpression };
        }
        ListTransactionsReply reply = await grains.GetGrain<ITransactionCatalogueGrain>(0).ListOwn();
        HashSet<TransactionState> states = [.. request.StateFilters.Where(IsState).Select(Enum.Parse<TransactionState>)];
        long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        return new ListTransactionsResponse
        {
            ErrorCode = (short)reply.Error,
            UnknownStateFilters = [.. request.StateFilters.Where(name => !IsState(name))],
            TransactionStates =
            [
                .. reply.Transactions.Where(IsWanted).Select(transaction => new ListTransactionsResponse.TransactionStateData
                {
                    TransactionalId = transaction.TransactionalId,
                    ProducerId = transaction.ProducerId,
                    TransactionState = transaction.State.ToString(),
                }),
            ],
        };

        bool IsWanted(TransactionDescription transaction) =>
            (request.StateFilters.Count == 0 || states.Contains(transaction.State)) &&
            (request.ProducerIdFilters.Count == 0 || request.ProducerIdFilters.Contains(transaction.ProducerId)) &&
            (request.DurationFilter == AnyDuration || (transaction.StartedMs >= 0 && nowMs - transaction.StartedMs > request.DurationFilter)) &&
            (pattern is null || pattern.IsMatch(transaction.TransactionalId)) &&
            context.Access.AllowsTransactionalId(AclOperation.Describe, transaction.TransactionalId);
    }

    private static bool IsState(string name) => Enum.GetNames<TransactionState>().Contains(name);

    // The whole id must match; without backtracking no pattern takes long.
    private static bool TryParse(string text, out Regex? pattern)
    {
        try
        {
            pattern = new Regex($@"\A(?:{text})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            pattern = null;
            return false;
        }
    }
}
