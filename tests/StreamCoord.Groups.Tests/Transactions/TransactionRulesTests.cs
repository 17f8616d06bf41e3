using StreamCoord.Groups.Transactions;
using StreamCoord.Transactions;

namespace StreamCoord.Groups.Tests.Transactions;

/// <summary>What becomes of a transactional id, request by request.</summary>
public sealed class TransactionRulesTests
{
    private const int TimeoutMs = 60_000;
    private const int TimeoutMsMax = 900_000;
    private const long FreshId = 77;
    private static readonly TopicPartition A = new("a", 0);
    private static readonly TopicPartition B = new("b", 1);

    private TransactionImage? _image;
    private long _nextId = FreshId;
    private long _nowMs = 1_000;

    [Fact]
    public void Init_OfANewId_GivesAFreshProducer()
    {
        Assert.Equal((ErrorCode.None, FreshId, (short)0), Init());
        Assert.Equal(TransactionState.Empty, _image!.State);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(TimeoutMsMax + 1)]
    public void Init_WithATimeoutOutOfRange_IsRefused(int timeoutMs) =>
        Assert.Equal(ErrorCode.InvalidTransactionTimeout, TransactionRules.Init(null, new InitProducerRequest(timeoutMs, -1, -1), TimeoutMsMax, FreshId, _nowMs).Error);

    [Fact]
    public void Init_AgainByAnother_RaisesTheEpoch_AndTheOldOneIsFenced()
    {
        Init();
        Assert.Equal((ErrorCode.None, FreshId, (short)1), Init());
        Assert.Equal(ErrorCode.ProducerFenced, Enter(0, A));
        Assert.Equal(ErrorCode.ProducerFenced, End(0, isCommit: true));
        // Also where it tries to come back by the epoch that it had.
        Assert.Equal(ErrorCode.ProducerFenced, Init(FreshId, 0).Error);
    }

    [Fact]
    public void Init_ByTheProducerItself_CanBeSentAgain()
    {
        Init();
        Assert.Equal((ErrorCode.None, FreshId, (short)1), Init(FreshId, 0));
        Assert.Equal((ErrorCode.None, FreshId, (short)1), Init(FreshId, 0));
        Assert.Equal((ErrorCode.None, FreshId, (short)2), Init(FreshId, 1));
    }

    [Fact]
    public void Init_OverAnOpenTransaction_AbortsItFirst()
    {
        Init();
        Enter(0, A);
        Assert.Equal(ErrorCode.ConcurrentTransactions, Init().Error);
        Assert.Equal((TransactionState.PrepareAbort, (short)1), (_image!.State, _image.ProducerEpoch));
        Assert.Equal([A], _image.Partitions);
        Assert.Equal(ErrorCode.ConcurrentTransactions, Init().Error);
        Complete();
        Assert.Equal((ErrorCode.None, FreshId, (short)2), Init());
    }

    [Fact]
    public void Init_WhenTheEpochsAreUsedUp_GivesAnotherProducer()
    {
        Init();
        _image = _image! with { ProducerEpoch = short.MaxValue - 1 };
        Assert.Equal((ErrorCode.None, FreshId + 1, (short)0), Init());
    }

    [Fact]
    public void Enter_BeginsATransaction_AndAddsToIt_AndWritesNothingTwice()
    {
        Init();
        Enter(0, A);
        Assert.Equal((TransactionState.Ongoing, _nowMs), (_image!.State, _image.StartedMs));
        long started = _nowMs;
        _nowMs += 5;
        Enter(0, B);
        Assert.Equal(started, _image.StartedMs);
        Assert.Equal([A, B], _image.Partitions.OrderBy(partition => partition.Topic));
        Assert.Null(TransactionRules.Enter(_image, new EnterTransactionRequest(FreshId, 0, [B, A], EnterMode.Add), _nowMs).Next);
    }

    [Fact]
    public void Enter_OfAnotherProducer_IsRefused()
    {
        Assert.Equal(ErrorCode.InvalidProducerIdMapping, Enter(0, A));
        Init();
        Assert.Equal(ErrorCode.InvalidProducerIdMapping, TransactionRules.Enter(_image, new EnterTransactionRequest(FreshId + 9, 0, [A], EnterMode.Add), _nowMs).Error);
    }

    [Fact]
    public void Verify_OfAPartitionThatIsNotInTheTransaction_IsRefused_AndChangesNothing()
    {
        Init();
        Assert.Equal(ErrorCode.TransactionAbortable, Verify(0, A));
        Enter(0, A);
        Assert.Equal(ErrorCode.None, Verify(0, A));
        Assert.Equal(ErrorCode.TransactionAbortable, Verify(0, B));
        Assert.Equal([A], _image!.Partitions);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void End_IsDecidedOnce(bool isCommit)
    {
        Init();
        Enter(0, A);
        Assert.Equal(ErrorCode.None, End(0, isCommit));
        Assert.Equal(isCommit ? TransactionState.PrepareCommit : TransactionState.PrepareAbort, _image!.State);
        Assert.Equal(ErrorCode.ConcurrentTransactions, End(0, isCommit));
        Assert.Equal(ErrorCode.InvalidTxnState, End(0, !isCommit));
        Assert.Equal(ErrorCode.ConcurrentTransactions, Enter(0, B));
        Complete();
        Assert.Equal(ErrorCode.None, End(0, isCommit));
        Assert.Equal(ErrorCode.InvalidTxnState, End(0, !isCommit));
        Assert.Empty(_image.Partitions);
        Assert.Equal(ErrorCode.None, Enter(0, B));
    }

    [Fact]
    public void End_OfNothing_IsRefused()
    {
        Init();
        Assert.Equal(ErrorCode.InvalidTxnState, End(0, isCommit: true));
        Assert.Equal(ErrorCode.InvalidTxnState, End(0, isCommit: false));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void End_OfTheNewerFlow_GivesTheNextEpoch_AlsoWhenItIsSentAgain(bool isCommit)
    {
        Init();
        Enter(0, A, EnterMode.AddByLeader);
        Assert.Equal((ErrorCode.None, FreshId, (short)1), EndAndRaise(0, isCommit));
        Assert.Equal(ErrorCode.ConcurrentTransactions, EndAndRaise(0, isCommit).Error);
        Assert.Equal(ErrorCode.InvalidTxnState, EndAndRaise(0, !isCommit).Error);
        Complete();
        Assert.Equal((ErrorCode.None, FreshId, (short)1), EndAndRaise(0, isCommit));
        Assert.Equal(ErrorCode.InvalidTxnState, EndAndRaise(0, !isCommit).Error);
        Assert.Equal(ErrorCode.ProducerFenced, Enter(0, A));
        Assert.Equal(ErrorCode.None, Enter(1, A));
    }

    [Fact]
    public void Abort_OfTheNewerFlow_OfNothing_RaisesTheEpochAllTheSame()
    {
        Init();
        Assert.Equal((ErrorCode.None, FreshId, (short)1), EndAndRaise(0, isCommit: false));
        Complete();
        Assert.Equal((ErrorCode.None, FreshId, (short)2), EndAndRaise(1, isCommit: false));
        Complete();
        Assert.Equal(ErrorCode.InvalidTxnState, EndAndRaise(2, isCommit: true).Error);
    }

    [Fact]
    public void End_OfTheNewerFlow_WhenTheEpochsAreUsedUp_GivesAnotherProducer()
    {
        Init();
        _image = _image! with { ProducerEpoch = short.MaxValue - 1 };
        Enter(short.MaxValue - 1, A, EnterMode.AddByLeader);
        Assert.Equal((ErrorCode.None, FreshId + 1, (short)0), EndAndRaise(short.MaxValue - 1, isCommit: true));
        // The markers are still the old producer's.
        Assert.Equal((FreshId, short.MaxValue), (_image!.ProducerId, _image.ProducerEpoch));
        Complete();
        Assert.Equal((FreshId + 1, (short)0), (_image.ProducerId, _image.ProducerEpoch));
        Assert.Equal((ErrorCode.None, FreshId + 1, (short)0), EndAndRaise(short.MaxValue - 1, isCommit: true));
    }

    [Fact]
    public void Expire_FencesTheProducer_AfterItsTimeout()
    {
        Init();
        Assert.Null(TransactionRules.Expire(_image!, _nowMs + TimeoutMs));
        Enter(0, A);
        Assert.Null(TransactionRules.Expire(_image!, _nowMs + TimeoutMs - 1));
        Take(TransactionRules.Expire(_image!, _nowMs + TimeoutMs)!.Value);
        Assert.Equal((TransactionState.PrepareAbort, (short)1), (_image!.State, _image.ProducerEpoch));
        Assert.Equal(ErrorCode.ProducerFenced, End(0, isCommit: true));
        Complete();
        Assert.Equal(ErrorCode.ProducerFenced, Enter(0, A));
    }

    [Fact]
    public void IsForgotten_OnlyWhereNothingIsOpen()
    {
        Init();
        Assert.False(TransactionRules.IsForgotten(_image!, 1_000, _nowMs + 999));
        Assert.True(TransactionRules.IsForgotten(_image!, 1_000, _nowMs + 1_000));
        Enter(0, A);
        Assert.False(TransactionRules.IsForgotten(_image!, 1_000, _nowMs + 1_000));
        End(0, isCommit: true);
        Assert.False(TransactionRules.IsForgotten(_image!, 1_000, _nowMs + 1_000));
        Complete();
        Assert.True(TransactionRules.IsForgotten(_image!, 1_000, _nowMs + 1_000));
    }

    /// <summary>
    /// Two producers of one id that send, repeat and lose requests in any order: what has once been decided stays, an epoch never falls, and a producer that was fenced never changes anything.
    /// </summary>
    [Fact]
    public void RandomRequests_NeverTurnADecisionRound()
    {
        int first = Testing.TestSeed.Next();
        for (int seed = first; seed < first + 3_000; seed++)
        {
            var run = new RandomTransactions(new Random(seed));
            for (int step = 0; step < 60; step++)
            {
                string? broken = run.Step();
                Assert.True(broken is null, $"seed {seed}, step {step}: {broken}");
            }
        }
    }

    private (ErrorCode Error, long Id, short Epoch) Init(long producerId = -1, short epoch = -1) =>
        Take(TransactionRules.Init(_image, new InitProducerRequest(TimeoutMs, producerId, epoch), TimeoutMsMax, TransactionRules.InitNeedsProducerId(_image) ? _nextId++ : -1, _nowMs));

    private ErrorCode Enter(short epoch, TopicPartition partition, EnterMode mode = EnterMode.Add) =>
        Take(TransactionRules.Enter(_image, new EnterTransactionRequest(_image?.ProducerId ?? FreshId, epoch, [partition], mode), _nowMs)).Error;

    private ErrorCode Verify(short epoch, TopicPartition partition) => Enter(epoch, partition, EnterMode.Verify);

    private ErrorCode End(short epoch, bool isCommit) =>
        Take(TransactionRules.End(_image, new EndTransactionRequest(_image?.ProducerId ?? FreshId, epoch, isCommit, RaisesEpoch: false), -1, _nowMs)).Error;

    private (ErrorCode Error, long Id, short Epoch) EndAndRaise(short epoch, bool isCommit)
    {
        var request = new EndTransactionRequest(FreshId, epoch, isCommit, RaisesEpoch: true);
        return Take(TransactionRules.End(_image, request, TransactionRules.EndNeedsProducerId(_image, request) ? _nextId++ : -1, _nowMs));
    }

    private void Complete() => _image = TransactionRules.Complete(_image!, _nowMs);

    private (ErrorCode Error, long Id, short Epoch) Take(TransactionStep step)
    {
        _image = step.Next ?? _image;
        return (step.Error, step.ProducerId, step.ProducerEpoch);
    }
}
