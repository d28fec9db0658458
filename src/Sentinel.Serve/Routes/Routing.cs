namespace Sentinel.Serve.Routes;

/// <summary>All routes.</summary>
internal static class Routing
{
    public static IReadOnlyList<Route> All { get; } = [.. ProcessRoutes.All, .. LogRoutes.All, .. EventRoutes.All, .. ProjectRoutes.All, .. OtherRoutes.All];
}
