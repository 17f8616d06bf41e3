using StreamCoord.Partitions;
using StreamCoord.Testing.Disk;

namespace StreamCoord.Log.Tests;

/// <summary>The naive log that the real one is held against: a list of records by offset.</summary>
internal sealed class LogModel(LogHarness harness, Random random)
{
    private readonly SortedDictionary<long, TestRecord> _records = [];
    private readonly List<string> _trace = [];
    private long _start;
    private long _end;
    private long _durableEnd;
    private long _compactedTo;
    private bool _maintained;

    /// <summary>One random operation on both.</summary>
    public async Task StepAsync()
    {
        try
        {
            await RandomStepAsync();
        }
        catch (Exception exception) when (exception is not InvalidOperationException)
        {
            throw new InvalidOperationException($"after {string.Join("; ", _trace)}", exception);
        }
    }

    private Task RandomStepAsync() => random.Next(100) switch
    {
        < 45 => AppendAsync(RequiredAcks.All),
        < 60 => AppendAsync(RequiredAcks.Leader),
        < 66 => AppendManyAsync(),
        < 71 => CrashAsync(),
        < 76 => RestartAsync(),
        < 81 => TruncateAsync(),
        < 85 => DeleteRecordsAsync(),
        < 91 => MaintainAsync(),
        < 94 => CloseIdleAsync(),
        < 97 => FillDiskAsync(),
        _ => FailFlushAsync(),
    };

    /// <summary>Reads from a random place and compares.</summary>
    public async Task CheckAsync()
    {
        try
        {
            Assert.Equal(_end, harness.Log.EndOffset.Value);
            long start = harness.Log.StartOffset.Value;
            Assert.InRange(start, _start, _end);
            // A flush in the background may raise it at any time.
            long visible = harness.Log.HighWatermark.Value;
            long from = random.NextInt64(start, visible + 1);
            List<(long Offset, TestRecord Record)> read = await harness.ReadAllAsync(from, random.Next(1, 3000));
            foreach ((long offset, TestRecord record) in read)
            {
                Assert.True(_records.TryGetValue(offset, out TestRecord? expected), $"offset {offset} was never written");
                Assert.Equal(expected, record);
            }
            CheckNothingMissing(from, visible, [.. read.Select(pair => pair.Offset)]);
        }
        catch (Exception exception) when (exception is not InvalidOperationException)
        {
            throw new InvalidOperationException($"after {string.Join("; ", _trace)}", exception);
        }
    }

    private void CheckNothingMissing(long from, long visible, HashSet<long> read)
    {
        bool compacts = harness.Config.Compacts && _maintained;
        Dictionary<string, long> newest = [];
        foreach ((long offset, TestRecord record) in _records.Where(pair => pair.Key < visible))
        {
            newest[record.Key!] = offset;
        }
        foreach ((long offset, TestRecord record) in _records.Where(pair => pair.Key >= from && pair.Key < visible))
        {
            bool mayBeGone = compacts && (newest[record.Key!] != offset || record.Value is null);
            Assert.True(mayBeGone || read.Contains(offset), $"offset {offset} is missing, read from {from}: {string.Join(',', read)}");
        }
    }

    private async Task AppendAsync(RequiredAcks acks)
    {
        TestRecord[] records = RandomRecords();
        AppendReply reply = await harness.Log.AppendAsync(TestRecord.Batch(records), acks);
        Trace($"append {records.Length} acks {acks} -> {reply.BaseOffset}");
        Assert.True(reply.Error == ErrorCode.None, reply.Message);
        Note(records, reply, acks);
    }

    private async Task AppendManyAsync()
    {
        TestRecord[][] requests = [.. Enumerable.Range(0, random.Next(2, 8)).Select(_ => RandomRecords())];
        Task<AppendReply>[] replies = [.. requests.Select(records => harness.Log.AppendAsync(TestRecord.Batch(records), RequiredAcks.All))];
        Trace($"append {requests.Length} requests");
        for (int i = 0; i < requests.Length; i++)
        {
            AppendReply reply = await replies[i];
            Assert.True(reply.Error == ErrorCode.None, reply.Message);
            Note(requests[i], reply, RequiredAcks.All);
        }
    }

    private async Task CrashAsync()
    {
        await harness.CrashAsync(random);
        long end = harness.Log.EndOffset.Value;
        Trace($"crash, {_durableEnd} was durable of {_end} -> {end}");
        Assert.InRange(end, _durableEnd, _end);
        CutModel(end);
    }

    private async Task RestartAsync()
    {
        Trace("restart");
        await harness.RestartAsync();
        _durableEnd = _end;
    }

    private async Task TruncateAsync()
    {
        // Nothing below the high watermark is ever cut, so compaction may rely on it.
        long floor = Math.Max(harness.Log.StartOffset.Value, harness.Config.Compacts ? _compactedTo : 0);
        long target = random.NextInt64(Math.Min(floor, _end), _end + 1);
        await harness.Log.TruncateAsync(new Offset(target));
        await harness.LeadAsync();
        long end = harness.Log.EndOffset.Value;
        Trace($"truncate to {target} -> {end}");
        // The batch that holds the target goes whole, and the log cannot end before it starts.
        Assert.InRange(end, Math.Max(target - 4, harness.Log.StartOffset.Value), target);
        CutModel(end);
    }

    private async Task DeleteRecordsAsync()
    {
        long before = random.NextInt64(harness.Log.StartOffset.Value, harness.Log.HighWatermark.Value + 1);
        Trace($"delete records before {before}");
        DeleteRecordsReply reply = await harness.Log.DeleteRecordsAsync(new Offset(before));
        Assert.Equal(ErrorCode.None, reply.Error);
        Assert.Equal(before, reply.LogStartOffset.Value);
        ForgetBelow(before);
    }

    private async Task MaintainAsync()
    {
        harness.Time.Advance(TimeSpan.FromSeconds(random.Next(1, 90)));
        long startBefore = harness.Log.StartOffset.Value;
        await harness.Log.MaintainAsync();
        long start = harness.Log.StartOffset.Value;
        Trace($"maintain, start {startBefore} -> {start}");
        if (harness.Config is { Deletes: true, Compacts: false })
        {
            Assert.All(_records.Where(pair => pair.Key < start), pair => Assert.True(harness.NowMs - pair.Value.TimestampMs > harness.Config.RetentionMs));
        }
        else if (!harness.Config.Deletes)
        {
            Assert.Equal(startBefore, start);
        }
        _compactedTo = _end + 4;
        _maintained = true;
        ForgetBelow(start);
    }

    private async Task CloseIdleAsync()
    {
        Trace("close idle");
        // The writer may still be on its way out of the append that was just answered.
        while (!await harness.Log.CloseIfIdleAsync(TimeSpan.Zero))
        {
            await Task.Yield();
        }
        Assert.Equal(0, harness.Simulated.OpenFiles);
        _durableEnd = _end;
    }

    private async Task FillDiskAsync()
    {
        SimulatedDisk disk = harness.Simulated;
        disk.CapacityBytes = disk.UsedBytes + random.Next(40);
        AppendReply reply = await harness.Log.AppendAsync(TestRecord.Batch(RandomRecords()), RequiredAcks.All);
        Trace($"full disk -> {reply.Error}");
        Assert.Equal(ErrorCode.KafkaStorageError, reply.Error);
        Assert.Contains("full", reply.Message, StringComparison.Ordinal);
        Assert.True(harness.Log.NeedsEpoch);
        Assert.Equal(_end, harness.Log.EndOffset.Value);
        await CheckAsync();
        disk.CapacityBytes = long.MaxValue;
        await harness.LeadAsync();
    }

    private async Task FailFlushAsync()
    {
        harness.Simulated.FlushFailures = 1;
        AppendReply reply = await harness.Log.AppendAsync(TestRecord.Batch(RandomRecords()), RequiredAcks.All);
        Trace($"failing flush -> {reply.Error}");
        if (reply.Error == ErrorCode.None)
        {
            // Nothing of this append waited for a flush: the failure is still to come.
            harness.Simulated.FlushFailures = 0;
            await harness.Log.TruncateAsync(new Offset(_end));
            Assert.InRange(harness.Log.EndOffset.Value, _durableEnd, _end);
            CutModel(harness.Log.EndOffset.Value);
            await harness.LeadAsync();
            return;
        }
        Assert.True(harness.Log.NeedsEpoch);
        Assert.InRange(harness.Log.EndOffset.Value, _durableEnd, _end);
        CutModel(harness.Log.EndOffset.Value);
        await harness.LeadAsync();
    }

    private TestRecord[] RandomRecords() => [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ =>
    {
        harness.Time.Advance(TimeSpan.FromMilliseconds(random.Next(2000)));
        string? value = random.Next(8) == 0 ? null : new string((char)('a' + random.Next(26)), random.Next(120));
        return new TestRecord($"k{random.Next(6)}", value, harness.NowMs);
    })];

    private void Note(TestRecord[] records, AppendReply reply, RequiredAcks acks)
    {
        Assert.Equal(_end, reply.BaseOffset.Value);
        Assert.Equal(_end + records.Length - 1, reply.LastOffset.Value);
        foreach (TestRecord record in records)
        {
            _records.Add(_end++, record);
        }
        if (acks == RequiredAcks.All && harness.Config.WaitsForFlush)
        {
            _durableEnd = _end;
            Assert.True(harness.Log.HighWatermark.Value >= _end);
        }
    }

    private void CutModel(long end)
    {
        foreach (long offset in _records.Keys.Where(offset => offset >= end).ToArray())
        {
            _records.Remove(offset);
        }
        _end = end;
        _durableEnd = end;
    }

    private void ForgetBelow(long start)
    {
        foreach (long offset in _records.Keys.Where(offset => offset < start).ToArray())
        {
            _records.Remove(offset);
        }
        _start = Math.Max(_start, start);
    }

    private void Trace(string what) => _trace.Add(what);
}
