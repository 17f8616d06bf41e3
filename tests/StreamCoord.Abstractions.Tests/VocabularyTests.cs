namespace StreamCoord.Abstractions.Tests;

public sealed class VocabularyTests
{
    [Theory]
    [InlineData("a", true)]
    [InlineData("A.b_c-9", true)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData(".", false)]
    [InlineData("..", false)]
    [InlineData("...", true)]
    [InlineData("a/b", false)]
    [InlineData("a b", false)]
    [InlineData("ä", false)]
    public void TopicName_Check_FollowsKafkasRules(string? name, bool legal) => Assert.Equal(legal, TopicName.Check(name) is null);

    [Fact]
    public void TopicName_Check_CountsCharacters()
    {
        Assert.Null(TopicName.Check(new string('a', 249)));
        Assert.NotNull(TopicName.Check(new string('a', 250)));
    }

    [Theory]
    [InlineData("topic/0", "topic", 0)]
    [InlineData("a.b/12", "a.b", 12)]
    public void TopicPartition_ReadsWhatItWrites(string text, string topic, int partition)
    {
        Assert.True(TopicPartition.TryParse(text, out TopicPartition parsed));
        Assert.Equal(new TopicPartition(topic, partition), parsed);
        Assert.Equal(text, parsed.ToString());
    }

    [Theory]
    [InlineData("topic")]
    [InlineData("/1")]
    [InlineData("topic/")]
    [InlineData("topic/-1")]
    [InlineData("topic/1x")]
    [InlineData("topic/99999999999")]
    public void TopicPartition_RefusesAnythingElse(string text) => Assert.False(TopicPartition.TryParse(text, out _));

    [Theory]
    [InlineData(ErrorCode.UnknownTopicOrPartition, "UNKNOWN_TOPIC_OR_PARTITION", 3)]
    [InlineData(ErrorCode.KafkaStorageError, "KAFKA_STORAGE_ERROR", 56)]
    [InlineData(ErrorCode.InvalidTopicException, "INVALID_TOPIC_EXCEPTION", 17)]
    public void ErrorCode_HasKafkasNameAndNumber(ErrorCode code, string name, short number)
    {
        Assert.Equal(name, code.WireName());
        Assert.Equal(number, (short)code);
    }

    [Fact]
    public void Invariant_NamesWhatDoesNotHold()
    {
        int size = 3;
        Invariant.Holds(size == 3);
        InvariantBrokenException broken = Assert.Throws<InvariantBrokenException>(() => Invariant.Holds(size > 4));
        Assert.Contains("size > 4", broken.Message, StringComparison.Ordinal);
    }
}
