using CsCheck;

namespace StreamCoord.Security.Tests.Acls;

public sealed class AuthorizerTests
{
    private static readonly string[] Names = ["a", "ab", "abc", "b", "ba", "*", "abd"];
    private static readonly string[] Users = ["User:alice", "User:bob", "User:admin"];
    private static readonly AclOperation[] Operations = [.. Enum.GetValues<AclOperation>().Where(one => one > AclOperation.All)];

    private static readonly Gen<AclBinding> Binding = Gen.Select(
        Pick(AclResourceType.Topic, AclResourceType.Group),
        Pick(Names),
        Pick(AclPatternType.Literal, AclPatternType.Prefixed),
        Pick("User:alice", "User:bob", "User:*"),
        Pick("*", "10.0.0.1", "10.0.0.2"),
        Pick([AclOperation.All, .. Operations]),
        Pick(AclEffect.Allow, AclEffect.Allow, AclEffect.Deny),
        (type, name, patternType, user, host, operation, effect) => new AclBinding(new AclPattern(type, name, patternType), new AclRule(user, host, operation, effect)));

    [Fact]
    public void Decisions_AreThoseOfTheNaiveModel()
    {
        Gen.Select(Binding.List[0, 8], Gen.Bool).Sample((bindings, allowIfNone) =>
        {
            var options = new AuthorizationOptions
            {
                SuperUsers = new HashSet<string> { "User:admin" },
                AllowIfNoAcl = allowIfNone,
            };
            var model = new NaiveAuthorizer(bindings, options.SuperUsers, allowIfNone);
            AclSet acls = SetOf(bindings);
            foreach (string user in Users)
            {
                foreach (string name in Names)
                {
                    foreach (AclOperation operation in Operations)
                    {
                        Assert.Equal(
                            model.Allows(user, "10.0.0.1", operation, AclResourceType.Topic, name),
                            Authorizer.Allows(acls, options, user, "10.0.0.1", operation, AclResourceType.Topic, name));
                    }
                }
            }
        });
    }

    /// <summary>Whoever may do something with one of many names that nobody has named may do it somewhere.</summary>
    [Fact]
    public void Somewhere_IsWhereThereIsAName()
    {
        string[] candidates = [.. Names, "abcz", "z", "az", "abz", "bz", "baz", "abdz", "*z"];
        Gen.Select(Binding.List[0, 8], Gen.Bool).Sample((bindings, allowIfNone) =>
        {
            var options = new AuthorizationOptions { AllowIfNoAcl = allowIfNone };
            AclSet acls = SetOf(bindings);
            bool isEverythingDenied = bindings.Any(one => one.Pattern is { ResourceType: AclResourceType.Topic, PatternType: AclPatternType.Literal, Name: "*" }
                && one.Rule.Permission == AclEffect.Deny && one.Rule.Covers("User:alice", "10.0.0.1", AclOperation.Write));
            bool expected = !isEverythingDenied && (allowIfNone
                || candidates.Any(name => Authorizer.Allows(acls, options, "User:alice", "10.0.0.1", AclOperation.Write, AclResourceType.Topic, name)));

            bool actual = Authorizer.AllowsSomewhere(acls, options, "User:alice", "10.0.0.1", AclOperation.Write, AclResourceType.Topic);

            // A prefix that is allowed may be denied name by name: then nothing is left that a list of names could find, or too much.
            Assert.True(actual == expected || (actual && bindings.Any(one => one.Rule.Permission == AclEffect.Deny)), $"{actual} for {string.Join("; ", bindings)}");
        });
    }

    [Theory]
    [InlineData(AclOperation.Read, true)]
    [InlineData(AclOperation.Write, true)]
    [InlineData(AclOperation.Delete, true)]
    [InlineData(AclOperation.Alter, true)]
    [InlineData(AclOperation.AlterConfigs, false)]
    [InlineData(AclOperation.Create, false)]
    public void WhoeverMayUseAThing_MaySeeIt(AclOperation allowed, bool maySee)
    {
        AclSet acls = SetOf([new AclBinding(new AclPattern(AclResourceType.Topic, "t", AclPatternType.Literal), new AclRule("User:a", "*", allowed, AclEffect.Allow))]);

        Assert.Equal(maySee, Authorizer.Allows(acls, new AuthorizationOptions(), "User:a", "1.2.3.4", AclOperation.Describe, AclResourceType.Topic, "t"));
        Assert.Equal(allowed == AclOperation.AlterConfigs, Authorizer.Allows(acls, new AuthorizationOptions(), "User:a", "1.2.3.4", AclOperation.DescribeConfigs, AclResourceType.Topic, "t"));
    }

    [Fact]
    public void Operations_AreBitsByTheirNumbers()
    {
        Assert.Equal((1 << 3) | (1 << 6) | (1 << 8), Authorizer.Operations(_ => true, AclResourceType.Group));
        Assert.Equal(1 << 8, Authorizer.Operations(operation => operation == AclOperation.Describe, AclResourceType.Topic));
        Assert.Equal((1 << 3) | (1 << 4) | (1 << 5) | (1 << 6) | (1 << 7) | (1 << 8) | (1 << 10) | (1 << 11), Authorizer.Operations(_ => true, AclResourceType.Topic));
    }

    [Theory]
    [InlineData(AclPatternType.Literal, "ab", "lit:ab")]
    [InlineData(AclPatternType.Prefixed, "ab", "pre:ab")]
    [InlineData(AclPatternType.Any, "ab", "lit:ab,pre:ab")]
    [InlineData(AclPatternType.Match, "abc", "lit:*,pre:a,pre:ab")]
    [InlineData(AclPatternType.Match, "ab", "lit:*,lit:ab,pre:a,pre:ab")]
    [InlineData(AclPatternType.Any, null, "lit:*,lit:ab,pre:a,pre:ab")]
    [InlineData(AclPatternType.Match, null, "lit:*,lit:ab,pre:a,pre:ab")]
    [InlineData(AclPatternType.Literal, "*", "lit:*")]
    public void Filters_MatchPatternsAsKafkaDoes(AclPatternType patternType, string? name, string expected)
    {
        AclPattern[] patterns =
        [
            new(AclResourceType.Topic, "*", AclPatternType.Literal), new(AclResourceType.Topic, "ab", AclPatternType.Literal),
            new(AclResourceType.Topic, "a", AclPatternType.Prefixed), new(AclResourceType.Topic, "ab", AclPatternType.Prefixed),
        ];
        var filter = new AclFilter(AclResourceType.Topic, name, patternType, null, null, AclOperation.Any, AclEffect.Any);

        Assert.Equal(expected, string.Join(',', patterns.Where(filter.Matches).Select(one => $"{(one.PatternType == AclPatternType.Literal ? "lit" : "pre")}:{one.Name}")));
    }

    [Theory]
    [InlineData(AclResourceType.Any, "t", AclPatternType.Literal, "User:a", "*", AclOperation.Read, AclEffect.Allow)]
    [InlineData(AclResourceType.Topic, "", AclPatternType.Literal, "User:a", "*", AclOperation.Read, AclEffect.Allow)]
    [InlineData(AclResourceType.Topic, "t", AclPatternType.Match, "User:a", "*", AclOperation.Read, AclEffect.Allow)]
    [InlineData(AclResourceType.Topic, "t", AclPatternType.Literal, "alice", "*", AclOperation.Read, AclEffect.Allow)]
    [InlineData(AclResourceType.Topic, "t", AclPatternType.Literal, "User:a", "", AclOperation.Read, AclEffect.Allow)]
    [InlineData(AclResourceType.Topic, "t", AclPatternType.Literal, "User:a", "*", AclOperation.Any, AclEffect.Allow)]
    [InlineData(AclResourceType.Topic, "t", AclPatternType.Literal, "User:a", "*", AclOperation.Read, AclEffect.Any)]
    [InlineData(AclResourceType.Cluster, "other", AclPatternType.Literal, "User:a", "*", AclOperation.Alter, AclEffect.Allow)]
    [InlineData((AclResourceType)99, "t", AclPatternType.Literal, "User:a", "*", AclOperation.Read, AclEffect.Allow)]
    public void WhatCannotBeStored_IsRefused(AclResourceType type, string name, AclPatternType patternType, string user, string host, AclOperation operation, AclEffect effect) =>
        Assert.NotNull(new AclBinding(new AclPattern(type, name, patternType), new AclRule(user, host, operation, effect)).Check());

    private static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static AclSet SetOf(IReadOnlyList<AclBinding> bindings) =>
        new(bindings.GroupBy(one => one.Pattern).Select(same => KeyValuePair.Create(same.Key, (IReadOnlyList<AclRule>)[.. same.Select(one => one.Rule).Distinct()])));
}
