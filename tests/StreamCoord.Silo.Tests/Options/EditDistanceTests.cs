using CsCheck;
using StreamCoord.Silo.Options;

namespace StreamCoord.Silo.Tests.Options;

public sealed class EditDistanceTests
{
    private static readonly Gen<string> Word = Gen.Char["abc"].Array[0, 8].Select(letters => new string(letters));

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    public void Between_KnownWords_IsTheFewestChanges(string from, string to, int expected) => Assert.Equal(expected, EditDistance.Between(from, to));

    [Fact]
    public void Between_AnyWords_IsADistance()
    {
        Gen.Select(Word, Word, Word).Sample((a, b, c) =>
            EditDistance.Between(a, a) == 0
            && (EditDistance.Between(a, b) == 0) == (a == b)
            && EditDistance.Between(a, b) == EditDistance.Between(b, a)
            && EditDistance.Between(a, c) <= EditDistance.Between(a, b) + EditDistance.Between(b, c));
    }
}
