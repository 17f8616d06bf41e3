using Orleans.Concurrency;
using StreamCoord.Grains.Cluster;
using StreamCoord.Grains.Coordinators;
using StreamCoord.Grains.Replicas;
using StreamCoord.Grains.ZNodes;
using StreamCoord.Groups;
using StreamCoord.Transactions;

namespace StreamCoord.Grains.Transactions;

/// <summary>The way to one transactional id from this silo: passes calls on to the node that coordinates it. Keeps nothing.</summary>
[Reentrant, SiloLocalPlacement, GrainType(ITransactionGrain.GrainType)]
internal sealed class TransactionGrain(Leaders leaders) : Grain, ITransactionGrain
{
    private string TransactionalId => this.GetPrimaryKeyString();

    private ILedTransactionGrain Led =>
        GrainFactory.GetGrain<ILedTransactionGrain>(NodeKey.Of(leaders.OfCoordinator(CoordinatorTopics.TransactionState, TransactionalId), TransactionalId));

    public Task<ProducerReply> InitProducer(InitProducerRequest request) => CallAsync(led => led.InitProducer(request), ProducerReply.Refused);

    public Task<TransactionReply> Enter(EnterTransactionRequest request) => CallAsync(led => led.Enter(request), (error, message) => new TransactionReply(error, message));

    public Task<ProducerReply> End(EndTransactionRequest request) => CallAsync(led => led.End(request), ProducerReply.Refused);

    public Task<TransactionDescription> Describe() => CallAsync(led => led.Describe(), (error, message) => TransactionDescription.Refused(error, message, TransactionalId));

    public Task Maintain() => Led.Maintain();

    private Task<T> CallAsync<T>(Func<ILedTransactionGrain, Task<T>> call, Func<ErrorCode, string, T> refuse) => CoordinatorCalls.RunAsync(() => call(Led), refuse);
}
