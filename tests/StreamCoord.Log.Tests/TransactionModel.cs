using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Log.Tests;

/// <summary>The naive view of a log with transactions: a list of records, each with the fate of its transaction.</summary>
internal sealed class TransactionModel(LogHarness harness, Random random)
{
    private const int ProducerCount = 4;

    private readonly List<string> _trace = [];
    private readonly SortedDictionary<long, Entry> _entries = [];
    private readonly Producer[] _producers = [.. Enumerable.Range(0, ProducerCount).Select(index => new Producer(index))];
    private long _start;
    private long _end;
    private bool _isCompacted;

    public async Task StepAsync()
    {
        try
        {
            await (random.Next(100) switch
            {
                < 25 => AppendPlainAsync(),
                < 60 => AppendInTransactionAsync(),
                < 80 => MarkAsync(),
                < 84 => CrashAsync(),
                < 88 => RestartAsync(),
                < 93 => MaintainAsync(),
                < 96 => DeleteRecordsAsync(),
                < 98 => CloseIdleAsync(),
                _ => RollAsync(),
            });
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"after {string.Join("; ", _trace)}", exception);
        }
    }

    /// <summary>Reads as a client does that reads committed records, from a random place, and compares.</summary>
    public async Task CheckAsync()
    {
        try
        {
            Assert.Equal(_end, harness.Log.EndOffset.Value);
            long stable = harness.Log.LastStableOffset.Value;
            Assert.InRange(stable, 0, harness.Log.HighWatermark.Value);
            if (harness.Config.WaitsForFlush)
            {
                long firstOpen = _producers.Where(producer => producer.From >= 0).Select(producer => producer.From).DefaultIfEmpty(_end).Min();
                Assert.Equal(Math.Max(firstOpen, harness.Log.StartOffset.Value), stable);
            }
            long from = random.NextInt64(Math.Min(harness.Log.StartOffset.Value, stable), stable + 1);
            from = Math.Max(from, harness.Log.StartOffset.Value);
            Dictionary<long, TestRecord> read = await ReadCommittedAsync(from, random.Next(1, 3000));
            Compare(from, stable, read);
        }
        catch (Exception exception) when (exception is not InvalidOperationException)
        {
            throw new InvalidOperationException($"after {string.Join("; ", _trace)}", exception);
        }
    }

    private void Compare(long from, long stable, Dictionary<long, TestRecord> read)
    {
        foreach ((long offset, TestRecord record) in read)
        {
            Assert.True(_entries.TryGetValue(offset, out Entry? entry), $"offset {offset} was never written or is a marker");
            Assert.True(entry.Fate is Fate.Plain or Fate.Committed, $"offset {offset} is {entry.Fate}");
            Assert.Equal(entry.Record, record);
        }
        Entry[] decided = [.. _entries.Values.Where(entry => entry.Fate is Fate.Plain or Fate.Committed && entry.Offset < stable)];
        Dictionary<string, long> newest = [];
        foreach (Entry entry in decided)
        {
            newest[entry.Record.Key!] = entry.Offset;
        }
        foreach (Entry entry in decided.Where(entry => entry.Offset >= from))
        {
            bool mayBeGone = _isCompacted && newest[entry.Record.Key!] != entry.Offset;
            Assert.True(mayBeGone || read.ContainsKey(entry.Offset), $"offset {entry.Offset} is missing, read from {from} to {stable}");
        }
    }

    // The rule of Kafka's clients: drop a producer's batches from where an aborted transaction begins up to its marker.
    private async Task<Dictionary<long, TestRecord>> ReadCommittedAsync(long from, int maxBytes)
    {
        Dictionary<long, TestRecord> records = [];
        Offset at = new(from);
        while (at < harness.Log.LastStableOffset)
        {
            FetchReply reply = await harness.Log.ReadAsync(at, maxBytes, IsolationLevel.ReadCommitted);
            Assert.True(reply.Error == ErrorCode.None, reply.Message);
            using RecordData data = reply.Data;
            if (data.Bytes.IsEmpty)
            {
                break;
            }
            var coming = new Queue<AbortedTransaction>(reply.Aborted.OrderBy(aborted => aborted.FirstOffset.Value));
            HashSet<long> dropped = [];
            var batches = new BatchSequence(data.Bytes.Span);
            while (batches.MoveNext(out BatchHeader header, out ReadOnlySpan<byte> batch))
            {
                while (coming.TryPeek(out AbortedTransaction next) && next.FirstOffset <= header.LastOffset)
                {
                    dropped.Add(coming.Dequeue().ProducerId);
                }
                at = header.NextOffset;
                if (header.IsControl)
                {
                    dropped.Remove(header.ProducerId);
                }
                else if (!header.IsTransactional || !dropped.Contains(header.ProducerId))
                {
                    foreach ((long offset, TestRecord record) in TestRecord.Decode(batch.ToArray()).Where(pair => pair.Offset >= from))
                    {
                        records.Add(offset, record);
                    }
                }
            }
        }
        return records;
    }

    private async Task AppendPlainAsync()
    {
        TestRecord[] records = RandomRecords();
        AppendReply reply = await harness.Log.AppendAsync(TestRecord.Batch(records), RequiredAcks.All);
        Trace($"append {records.Length} -> {reply.BaseOffset}");
        Note(records, reply, null);
    }

    private async Task AppendInTransactionAsync()
    {
        Producer producer = _producers[random.Next(ProducerCount)];
        if (producer.From < 0)
        {
            TransactionTests.Admit(harness, producer.Id, producer.Epoch);
        }
        TestRecord[] records = RandomRecords();
        AppendReply reply = await TransactionTests.AppendAsync(harness, producer.Id, producer.Epoch, producer.Sequence, records);
        Trace($"producer {producer.Id} append {records.Length} -> {reply.BaseOffset}");
        producer.From = producer.From < 0 ? _end : producer.From;
        producer.Sequence += records.Length;
        Note(records, reply, producer);
    }

    private async Task MarkAsync()
    {
        Producer producer = _producers[random.Next(ProducerCount)];
        bool isCommit = random.Next(2) == 0;
        // The newer flow of transactions raises the epoch with each marker, the older one does not.
        if (random.Next(2) == 0)
        {
            producer.Epoch++;
            producer.Sequence = 0;
        }
        AppendReply reply = await TransactionTests.MarkAsync(harness, producer.Id, producer.Epoch, isCommit);
        Trace($"producer {producer.Id} {(isCommit ? "commits" : "aborts")} -> {reply.BaseOffset}");
        Assert.True(reply.Error == ErrorCode.None, reply.Message);
        Assert.Equal(_end++, reply.BaseOffset.Value);
        foreach (Entry entry in _entries.Values.Where(entry => entry.Producer == producer && entry.Fate == Fate.Open))
        {
            entry.Fate = isCommit ? Fate.Committed : Fate.Aborted;
        }
        producer.From = -1;
    }

    private async Task CrashAsync()
    {
        // What nobody waited for may be gone: only with a flush is the model still right.
        if (harness.Config.WaitsForFlush)
        {
            Trace("crash");
            await harness.CrashAsync(random);
        }
    }

    private async Task RestartAsync()
    {
        Trace("restart");
        await harness.RestartAsync();
    }

    private async Task MaintainAsync()
    {
        harness.Time.Advance(TimeSpan.FromSeconds(random.Next(1, 90)));
        Trace("maintain");
        await harness.Log.MaintainAsync();
        _isCompacted = harness.Config.Compacts;
    }

    private async Task DeleteRecordsAsync()
    {
        if (harness.Config.Compacts)
        {
            return;
        }
        _start = random.NextInt64(harness.Log.StartOffset.Value, harness.Log.HighWatermark.Value + 1);
        Trace($"delete records before {_start}");
        Assert.Equal(ErrorCode.None, (await harness.Log.DeleteRecordsAsync(new Offset(_start))).Error);
        foreach (long offset in _entries.Keys.Where(offset => offset < _start).ToArray())
        {
            _entries.Remove(offset);
        }
    }

    private async Task CloseIdleAsync()
    {
        Trace("close idle");
        while (!await harness.Log.CloseIfIdleAsync(TimeSpan.Zero))
        {
            await Task.Yield();
        }
    }

    private Task RollAsync()
    {
        Trace("roll");
        return harness.Log.RollAsync();
    }

    private TestRecord[] RandomRecords() => [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ =>
    {
        harness.Time.Advance(TimeSpan.FromMilliseconds(random.Next(2000)));
        return new TestRecord($"k{random.Next(8)}", new string((char)('a' + random.Next(26)), random.Next(80)), harness.NowMs);
    })];

    private void Note(TestRecord[] records, AppendReply reply, Producer? producer)
    {
        Assert.True(reply.Error == ErrorCode.None, reply.Message);
        Assert.Equal(_end, reply.BaseOffset.Value);
        foreach (TestRecord record in records)
        {
            _entries.Add(_end, new Entry(_end, record, producer) { Fate = producer is null ? Fate.Plain : Fate.Open });
            _end++;
        }
    }

    private void Trace(string what) => _trace.Add(what);

    private enum Fate
    {
        Plain,
        Open,
        Committed,
        Aborted,
    }

    private sealed class Producer(long id)
    {
        public long Id => id;

        public short Epoch { get; set; }

        public int Sequence { get; set; }

        /// <summary>Where its open transaction begins, or -1.</summary>
        public long From { get; set; } = -1;
    }

    private sealed class Entry(long offset, TestRecord record, Producer? producer)
    {
        public long Offset => offset;

        public TestRecord Record => record;

        public Producer? Producer => producer;

        public Fate Fate { get; set; }
    }
}
