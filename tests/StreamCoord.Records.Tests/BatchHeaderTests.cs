namespace StreamCoord.Records.Tests;

public sealed class BatchHeaderTests
{
    [Fact]
    public void Header_is_read_from_61_bytes_and_not_from_fewer()
    {
        byte[] batch = Batches.Sample();
        Assert.True(BatchHeader.TryRead(batch.AsSpan(0, BatchLayout.HeaderSizeBytes), out BatchHeader header));
        Assert.Equal((batch.Length, 3, 2, new Offset(3)), (header.SizeBytes, header.RecordCount, header.LastOffsetDelta, header.NextOffset));
        Assert.False(BatchHeader.TryRead(batch.AsSpan(0, BatchLayout.HeaderSizeBytes - 1), out _));
    }

    [Theory]
    [InlineData(48)]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void A_length_that_no_batch_has_is_refused(int length) =>
        Assert.False(BatchHeader.TryRead(Batches.WithInt32(Batches.Sample(), BatchLayout.LengthAt, length), out _));

    [Fact]
    public void Sequence_numbers_wrap_past_the_largest_to_zero()
    {
        byte[] batch = Batches.Build(CompressionCodec.None, b => (b.ProducerId, b.ProducerEpoch, b.BaseSequence) = (1, 0, int.MaxValue),
            Batches.Record(0, null, "a"), Batches.Record(0, null, "b"));
        Assert.Equal(0, Batches.Header(batch).LastSequence);
        Assert.Equal(-1, Batches.Header(Batches.Sample()).LastSequence);
    }

    [Fact]
    public void A_sequence_cuts_whole_batches_and_leaves_the_broken_rest()
    {
        byte[] one = Batches.Sample();
        byte[] two = Batches.Sample(CompressionCodec.Lz4);
        byte[] bytes = [.. one, .. two, .. one[..^1]];

        var sequence = new BatchSequence(bytes);
        Assert.True(sequence.MoveNext(out _, out ReadOnlySpan<byte> first));
        Assert.True(first.SequenceEqual(one));
        Assert.True(sequence.MoveNext(out BatchHeader header, out ReadOnlySpan<byte> second));
        Assert.True(second.SequenceEqual(two));
        Assert.Equal(CompressionCodec.Lz4, header.Compression);
        Assert.False(sequence.MoveNext(out _, out _));
        Assert.Equal((BatchProblem.Truncated, one.Length + two.Length), (sequence.Problem, sequence.ConsumedBytes));
    }

    [Fact]
    public void A_sequence_ends_without_a_problem_at_the_end()
    {
        var sequence = new BatchSequence(Batches.Sample());
        Assert.True(sequence.MoveNext(out _, out _));
        Assert.False(sequence.MoveNext(out _, out _));
        Assert.Equal(BatchProblem.None, sequence.Problem);
    }
}
