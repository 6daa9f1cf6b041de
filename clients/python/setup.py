# SPDX-License-Identifier: Apache-2.0
"""A wheel that carries the program is of one platform and of any Python; one without it is pure."""

import pathlib

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.dist import Distribution

CARRIES = (pathlib.Path(__file__).parent / "src/qpool/bin/qpool").exists()


class Wheel(bdist_wheel):
    def get_tag(self):
        _, _, platform = super().get_tag()
        return "py3", "none", platform if CARRIES else "any"


class Carrying(Distribution):
    def has_ext_modules(self):
        return CARRIES


setup(cmdclass={"bdist_wheel": Wheel}, distclass=Carrying)
