using StreamCoord.Groups.Transactions;
using StreamCoord.Transactions;

namespace StreamCoord.Groups.Tests.Transactions;

/// <summary>Producers of one transactional id that do anything at any time, and what must hold whatever they do.</summary>
internal sealed class RandomTransactions(Random random)
{
    private const int TimeoutMs = 100;

    private readonly (long Id, short Epoch)[] _producers = [(-1, -1), (-1, -1), (-1, -1)];
    private TransactionImage? _image;
    private TransactionImage? _before;
    private long _nextId = 1;
    private long _nowMs;

    /// <summary>One request; a sentence when something does not hold any more.</summary>
    public string? Step()
    {
        _nowMs += random.Next(5) == 0 ? random.Next(80) : 1;
        int who = random.Next(_producers.Length);
        (long Id, short Epoch) producer = _producers[who];
        _before = _image;
        TransactionStep step = random.Next(6) switch
        {
            0 => Init(who, random.Next(3) == 0 ? producer : (-1, -1)),
            1 or 2 => TransactionRules.Enter(_image, new EnterTransactionRequest(producer.Id, producer.Epoch, [new TopicPartition("t", random.Next(3))], (EnterMode)random.Next(3)), _nowMs),
            3 => End(who, raises: false),
            4 => End(who, raises: true),
            _ => Background(),
        };
        _image = step.Next ?? _image;
        return Check(producer, step);
    }

    private TransactionStep Init(int who, (long Id, short Epoch) known)
    {
        TransactionStep step = TransactionRules.Init(_image, new InitProducerRequest(TimeoutMs, known.Id, known.Epoch), TimeoutMs, TransactionRules.InitNeedsProducerId(_image) ? _nextId++ : -1, _nowMs);
        // One answer in four is lost.
        if (step.Error == ErrorCode.None && random.Next(4) > 0)
        {
            _producers[who] = (step.ProducerId, step.ProducerEpoch);
        }
        return step;
    }

    private TransactionStep End(int who, bool raises)
    {
        var request = new EndTransactionRequest(_producers[who].Id, _producers[who].Epoch, random.Next(2) == 0, raises);
        TransactionStep step = TransactionRules.End(_image, request, TransactionRules.EndNeedsProducerId(_image, request) ? _nextId++ : -1, _nowMs);
        if (step.Error == ErrorCode.None && raises && random.Next(4) > 0)
        {
            _producers[who] = (step.ProducerId, step.ProducerEpoch);
        }
        return step;
    }

    private TransactionStep Background()
    {
        if (_image is { IsDecided: true } decided)
        {
            return new TransactionStep(ErrorCode.None, null, TransactionRules.Complete(decided, _nowMs));
        }
        // Near the end of the epochs now and then, where another producer id follows.
        if (_image is { State: TransactionState.Empty } idle && random.Next(20) == 0)
        {
            _image = _before = idle with { ProducerEpoch = short.MaxValue - 1 };
        }
        return _image is null ? default : TransactionRules.Expire(_image, _nowMs) ?? default;
    }

    private string? Check((long Id, short Epoch) producer, TransactionStep step)
    {
        if (_before is null || _image is null)
        {
            return null;
        }
        if (_image.ProducerId == _before.ProducerId && _image.ProducerEpoch < _before.ProducerEpoch)
        {
            return $"the epoch fell from {_before.ProducerEpoch} to {_image.ProducerEpoch}";
        }
        if (_before.IsDecided && _image != _before && !IsCompletionOf(_before, _image))
        {
            return $"the decision {_before} became {_image}";
        }
        if (step.Next is { State: TransactionState.Ongoing } ongoing && (producer.Id != _before.ProducerId || producer.Epoch != _before.ProducerEpoch))
        {
            return $"producer {producer} wrote {ongoing} over {_before}";
        }
        if (step.Next is { State: TransactionState.PrepareCommit } && (producer.Id != _before.ProducerId || producer.Epoch != _before.ProducerEpoch || _before.State != TransactionState.Ongoing))
        {
            return $"producer {producer} committed {_before}";
        }
        return _image.Partitions.Count > 0 && _image.State is not (TransactionState.Ongoing or TransactionState.PrepareCommit or TransactionState.PrepareAbort)
            ? $"{_image} has partitions"
            : null;
    }

    private static bool IsCompletionOf(TransactionImage decided, TransactionImage complete) => decided.State == TransactionState.PrepareCommit
        ? complete.State == TransactionState.CompleteCommit
        : complete.State == TransactionState.CompleteAbort;
}
