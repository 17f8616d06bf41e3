using StreamCoord.Groups.Storage;
using StreamCoord.Groups.Transactions;
using StreamCoord.Transactions;

namespace StreamCoord.Groups.Tests.Storage;

/// <summary>The records of <c>__transaction_state</c>.</summary>
public sealed class TransactionRecordsTests
{
    [Fact]
    public void Value_IsReadAsItWasWritten()
    {
        int seed = Testing.TestSeed.Next();
        var random = new Random(seed);
        for (int i = 0; i < 500; i++)
        {
            TransactionImage image = RandomImage(random);
            TransactionImage read = TransactionRecords.ReadValue(TransactionRecords.Value(image));
            Assert.True(image.Partitions.SetEquals(read.Partitions), $"seed {seed}");
            Assert.True(image with { Partitions = read.Partitions, LastProducerEpoch = read.LastProducerEpoch } == read, $"seed {seed}: {image} became {read}");
        }
    }

    [Fact]
    public void Value_CutAnywhere_IsRefused()
    {
        byte[] whole = TransactionRecords.Value(RandomImage(new Random(3)));
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Throws<GroupFormatException>(() => TransactionRecords.ReadValue(whole.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Value_OfAnyBytes_IsReadOrRefused()
    {
        int seed = Testing.TestSeed.Next();
        var random = new Random(seed);
        byte[] whole = TransactionRecords.Value(RandomImage(random));
        for (int i = 0; i < 20_000; i++)
        {
            byte[] damaged = [.. whole];
            damaged[random.Next(2, damaged.Length)] = (byte)random.Next(256);
            try
            {
                TransactionRecords.ReadValue(damaged);
            }
            catch (GroupFormatException)
            {
                // As it should be.
            }
        }
    }

    [Fact]
    public void Value_IsByteForByteAsWrittenDown()
    {
        var image = new TransactionImage(5, 2, 60_000, TransactionState.Ongoing, new HashSet<TopicPartition> { new("t", 1) }, 7, 9) { RaisesEpoch = true };
        Assert.Equal(
            "0001" + "0000000000000005" + "0002" + "0000EA60" + "01" + "02" + "0274" + "02" + "00000001" + "00" + "0000000000000009" + "0000000000000007" + "01" + "02" + "02" + "0002",
            Convert.ToHexString(TransactionRecords.Value(image)));
    }

    [Fact]
    public void OldValue_IsReadToo()
    {
        TransactionImage image = TransactionRecords.ReadValue(Convert.FromHexString(
            "0000" + "0000000000000005" + "0002" + "0000EA60" + "04" + "FFFFFFFF" + "0000000000000009" + "0000000000000007"));
        Assert.Equal((5L, (short)2, TransactionState.CompleteCommit, 0), (image.ProducerId, image.ProducerEpoch, image.State, image.Partitions.Count));
    }

    [Fact]
    public void Key_IsReadAsItWasWritten_AndOthersArePassedOver()
    {
        Assert.Equal("ä", TransactionRecords.ReadKey(TransactionRecords.Key("ä")));
        Assert.Null(TransactionRecords.ReadKey([0, 1, 0, 0]));
    }

    private static TransactionImage RandomImage(Random random)
    {
        HashSet<TopicPartition> partitions = [.. Enumerable.Range(0, random.Next(6)).Select(_ => new TopicPartition($"topic-{random.Next(3)}", random.Next(10)))];
        return new TransactionImage(random.NextInt64(1L << 40), (short)random.Next(short.MaxValue), random.Next(), (TransactionState)random.Next(6), partitions, random.NextInt64(1L << 40), random.NextInt64(1L << 40))
        {
            PreviousProducerId = random.Next(2) == 0 ? -1 : random.NextInt64(1L << 40),
            NextProducerId = random.Next(2) == 0 ? -1 : random.NextInt64(1L << 40),
            RaisesEpoch = random.Next(2) == 0,
        };
    }
}
