using Sentinel.Core.Engines;
using Sentinel.Core.Exports;

namespace Sentinel.Tests.Engines;

public sealed class DifferenceTests
{
    private static readonly ExportedProcess Web = new("web", "web", "1", Replicas: 2, Objects: [], Secrets: []);

    private static readonly EngineService There = new("web", "shop_web", "1", "web:1", Replicas: 2, Ports: []);

    [Fact]
    public void What_is_not_there_is_new_and_what_the_file_has_no_more_goes()
    {
        var difference = Difference.Between(Recordings.Exported(Web with { Name = "api" }), new Cluster([There], []));

        Assert.Equal([new EngineStep.Create("api"), new EngineStep.Remove("web", There)], difference.Steps);
        Assert.True(difference.HasChanges);
    }

    [Fact]
    public void What_has_the_same_key_and_number_is_left_alone() =>
        Assert.False(Difference.Between(Recordings.Exported(Web), new Cluster([There], [])).HasChanges);

    [Fact]
    public void Each_difference_is_named()
    {
        Assert.Equal("its settings", WhyOf(There with { SpecHash = "0" }));
        Assert.Equal("its settings", WhyOf(There with { SpecHash = null }));
        Assert.Equal("its settings; replicas 5 -> 2", WhyOf(There with { SpecHash = "0", Replicas = 5 }));
        Assert.Equal("it is stopped, and has 2 in the file", WhyOf(There with { Replicas = 0, Remembered = 2 }));
        Assert.Equal("its last update failed", WhyOf(There with { Rollout = new Rollout.Failed("x", IsRolledBack: true, "1") }));
    }

    [Fact]
    public void What_becomes_another_kind_of_thing_is_made_anew()
    {
        var job = There with { Object = "job/web-12345678" };

        var difference = Difference.Between(Recordings.Exported(Web with { Objects = ["deployment/web"] }), new Cluster([job], []));

        Assert.Equal([new EngineStep.Create("web"), new EngineStep.Remove("web", job)], difference.Steps);
    }

    private static string WhyOf(EngineService there) =>
        Assert.IsType<EngineStep.Change>(Assert.Single(Difference.Between(Recordings.Exported(Web), new Cluster([there], [])).Steps)).Why;
}
