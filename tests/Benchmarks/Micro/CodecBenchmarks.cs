using BenchmarkDotNet.Attributes;
using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Benchmarks.Micro;

/// <summary>What every batch goes through: CRC, the checks of an append, building and reading.</summary>
[MemoryDiagnoser]
public class CodecBenchmarks : IDisposable
{
    private readonly RecordBatchBuilder _builder = new();
    private readonly byte[] _value = new byte[1008];
    private byte[] _batch = [];

    [GlobalSetup]
    public void Setup()
    {
        new Random(1).NextBytes(_value);
        using RecordData built = Build();
        _batch = built.Bytes.ToArray();
    }

    [Benchmark]
    public uint Crc32C64KiB() => Crc32C.Compute(_batch);

    [Benchmark]
    public bool CheckForAppend64KiB() => BatchValidator.Check(_batch, new BatchRules()).IsValid;

    [Benchmark]
    public int Build64Records()
    {
        using RecordData built = Build();
        return built.Bytes.Length;
    }

    [Benchmark]
    public long Read64Records()
    {
        long bytes = 0;
        using var reader = new RecordReader(_batch);
        while (reader.MoveNext(out RecordView record))
        {
            bytes += record.Value.Span.Length;
        }
        return bytes;
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _builder.Dispose();
        GC.SuppressFinalize(this);
    }

    private RecordData Build()
    {
        for (int i = 0; i < 64; i++)
        {
            _builder.Append(1_700_000_000_000 + i, NullableBytes.Null, _value);
        }
        return _builder.Build();
    }
}
