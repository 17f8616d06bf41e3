namespace StreamCoord.Coordination.Tests;

public sealed class ZNodePathTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/a")]
    [InlineData("/a/b")]
    [InlineData("/...")]
    [InlineData("/.a/a./..a/a..")]
    [InlineData("/ ~")]
    [InlineData("/\u00a0\ud7ff\uf900\uffef")]
    public void Legal_paths_have_no_problem(string path) => Assert.Null(ZNodePath.Check(path));

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("a/b")]
    [InlineData("/a/")]
    [InlineData("//")]
    [InlineData("//a")]
    [InlineData("/a//b")]
    [InlineData("/.")]
    [InlineData("/..")]
    [InlineData("/./a")]
    [InlineData("/a/../b")]
    [InlineData("/a/..")]
    public void Illegal_shapes_are_refused(string path) => Assert.NotNull(ZNodePath.Check(path));

    [Fact]
    public void Every_character_is_judged_as_ZooKeeper_does()
    {
        for (int c = 0; c <= char.MaxValue; c++)
        {
            bool isRefused = c is 0 or (>= 1 and <= 0x1f) or (>= 0x7f and <= 0x9f) or (>= 0xd800 and <= 0xf8ff) or >= 0xfff0;
            Assert.True(isRefused == ZNodePath.Check($"/x{(char)c}y") is not null, $"U+{c:X4}");
        }
    }

    [Fact]
    public void Supplementary_characters_are_refused() => Assert.Contains("U+D83D at index 1", ZNodePath.Check("/\ud83d\ude00"));

    [Theory]
    [InlineData("/", "", "")]
    [InlineData("/a", "/", "a")]
    [InlineData("/a/b", "/a", "b")]
    [InlineData("/a/b/c", "/a/b", "c")]
    public void Paths_are_taken_apart(string path, string parent, string name)
    {
        Assert.Equal(parent, ZNodePath.ParentOf(path).ToString());
        Assert.Equal(name, ZNodePath.NameOf(path).ToString());
    }

    [Theory]
    [InlineData(0, "/a/0000000000")]
    [InlineData(42, "/a/0000000042")]
    [InlineData(int.MaxValue, "/a/2147483647")]
    [InlineData(-1, "/a/-000000001")]
    [InlineData(int.MinValue, "/a/-2147483648")]
    public void Sequence_numbers_look_as_Java_prints_them(int n, string expected) => Assert.Equal(expected, ZNodePath.AppendSequence("/a/", n));

    [Theory]
    [InlineData("/", true)]
    [InlineData("/zookeeper", true)]
    [InlineData("/zookeeper/quota", true)]
    [InlineData("/zookeeper/config", true)]
    [InlineData("/zookeeper/quota/a", false)]
    [InlineData("/a", false)]
    public void Four_znodes_are_reserved(string path, bool expected) => Assert.Equal(expected, ZNodePath.IsReserved(path));
}
